package allocation

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/platform/fault"
)

// column is how a field is read from text: CSV files and old databases give nothing else.
type column func(s string) (any, error)

func textColumn(s string) (any, error) { return s, nil }

func intColumn(s string) (any, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, errors.New("must be a whole number")
	}
	return n, nil
}

func floatColumn(s string) (any, error) {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n != n || n-n != 0 {
		return nil, errors.New("must be a number")
	}
	return n, nil
}

func boolColumn(s string) (any, error) {
	b, err := strconv.ParseBool(strings.ToLower(s))
	if err != nil {
		return nil, errors.New("must be true or false")
	}
	return b, nil
}

// timeLayouts are what databases and spreadsheets write; without a zone it is UTC.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999-07:00", "2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02"}

func timeColumn(s string) (any, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return nil, errors.New("must be a time, as 2026-01-31T09:00:00Z")
}

func capsColumn(s string) (any, error) { return parseCaps(s) }
func mixColumn(s string) (any, error)  { return parseMix(s) }
func listColumn(s string) (any, error) { return parseList(s), nil }

// targetingColumn takes the text form, or the JSON form where it starts with a brace.
func targetingColumn(s string) (any, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "{") {
		return jsonColumn(s)
	}
	return s, nil
}

func jsonColumn(s string) (any, error) {
	if !jsontext.Value(s).IsValid() {
		return nil, errors.New("must be JSON")
	}
	return jsontext.Value(s), nil
}

// columns of each kind. An empty cell leaves the field out.
var columns = map[Kind]map[string]column{
	KindAdvertiser: {"id": textColumn, "name": textColumn, "status": textColumn},
	KindCampaign: {
		"id": textColumn, "advertiser": textColumn, "name": textColumn, "total_budget_micros": intColumn, "starts_at": timeColumn,
		"ends_at": timeColumn, "caps": capsColumn, "status": textColumn,
	},
	KindLineItem: {
		"id": textColumn, "campaign": textColumn, "name": textColumn, "kind": textColumn, "tier": textColumn, "bid_type": textColumn,
		"bid_micros": intColumn, "daily_budget_micros": intColumn, "starts_at": timeColumn, "ends_at": timeColumn, "zone": textColumn,
		"daypart": textColumn, "pacing": textColumn, "caps": capsColumn, "targeting": targetingColumn, "score": floatColumn,
		"published_at": timeColumn, "topic": textColumn, "placements": listColumn, "status": textColumn,
	},
	KindCreative: {
		"id": textColumn, "line_item": textColumn, "title": textColumn, "image": textColumn, "landing": textColumn,
		"weight": intColumn, "extra": jsonColumn, "caps": capsColumn, "status": textColumn,
	},
	KindPlacement: {
		"id": textColumn, "name": textColumn, "slots": intColumn, "mix": mixColumn, "floor_micros": intColumn, "tiers": listColumn,
		"repeat_advertiser": boolColumn, "status": textColumn,
	},
}

// wrongColumns says what is wrong with a CSV's header. Of two columns of one name, only one could be meant.
func wrongColumns(kind Kind, names []string) (bad []fault.Field) {
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		rule := ""
		switch _, known := columns[kind][name]; {
		case !known:
			rule = "is not a column of " + string(kind)
		case seen[name]:
			rule = "must stand once in the header"
		}
		if rule != "" && len(bad) < maxComplaints {
			bad = append(bad, fault.Field{Pointer: "line 1: /" + clip(strings.ToValidUTF8(name, "\uFFFD")), Rule: rule})
		}
		seen[name] = true
	}
	return bad
}

// fromColumns makes a thing of named cells; every cell that cannot be read is named.
func fromColumns(kind Kind, names, cells []string) (thing, error) {
	t, err := newThing(kind)
	if err != nil {
		return nil, err
	}
	object := make(map[string]any, len(names))
	var bad []fault.Field
	for i, name := range names {
		read, ok := columns[kind][name]
		if !ok {
			bad = append(bad, fault.Field{Pointer: "/" + name, Rule: "is not a column of " + string(kind)})
			continue
		}
		if i >= len(cells) || cells[i] == "" {
			continue
		}
		if !utf8.ValidString(cells[i]) {
			bad = append(bad, fault.Field{Pointer: "/" + name, Rule: "must be UTF-8"})
			continue
		}
		if object[name], err = read(cells[i]); err != nil {
			bad = append(bad, fault.Field{Pointer: "/" + name, Rule: err.Error()})
		}
	}
	if len(bad) > 0 {
		return nil, ErrInvalid.With(bad...)
	}
	doc, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	return t, decodeStrict(doc, t)
}

// decodeStrict refuses fields that are not there or stand twice, and values of the wrong type.
func decodeStrict(doc []byte, t thing) error {
	err := json.Unmarshal(doc, t, json.RejectUnknownMembers(true))
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok {
		return ErrInvalid.With(fault.Field{Pointer: clip(string(wrong.JSONPointer)), Rule: valueRule(wrong)})
	}
	return notJSON(err)
}

func valueRule(e *json.SemanticError) string {
	switch {
	case errors.Is(e.Err, json.ErrUnknownName):
		return "is not a field of this kind of thing"
	case errors.Is(e.Err, strconv.ErrRange):
		return "must be in the range of its type"
	case e.GoType == nil:
		return "has the wrong type"
	}
	t := e.GoType
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "must be text"
	case reflect.Bool:
		return "must be true or false"
	case reflect.Float64:
		return "must be a number"
	case reflect.Slice:
		return "must be a list"
	case reflect.Struct, reflect.Map:
		if t == reflect.TypeFor[time.Time]() {
			return "must be a time, as 2026-01-31T09:00:00Z"
		}
		return "must be a JSON object"
	}
	return "must be a whole number"
}

// notJSON says what is wrong with a text that is not JSON as RFC 7493 has it: names once, UTF-8.
func notJSON(err error) error {
	if err == nil {
		return nil
	}
	field := fault.Field{Rule: "must be a JSON object"}
	broken, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		field.Rule += "; this one ends too early"
	case errors.Is(err, jsontext.ErrDuplicateName):
		field.Rule = "must stand once"
	case ok && broken.Err != nil:
		field.Rule = fmt.Sprintf("must be JSON; byte %d: %s", broken.ByteOffset+1, clip(broken.Err.Error()))
	}
	if ok {
		field.Pointer = clip(string(broken.JSONPointer))
	}
	return ErrInvalid.With(field)
}

// clip keeps what a client sent from filling a message.
func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
