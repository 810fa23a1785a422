package allocation

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/platform/fault"
)

// Limits of an import.
const (
	maxImport     = 256 << 20 // bytes
	maxImportLine = 16 << 20  // bytes: an expression may name tens of thousands of segments
	maxThings     = 500_000
	maxComplaints = 100
)

// Imported says what an import did.
type Imported struct {
	Read    int `json:"read"`
	Changed int `json:"changed" doc:"of those read; the others were the same already"`
}

// importer reads things, and collects what is wrong by line.
type importer struct {
	service *Service
	changes []Change
	seen    map[string]int // kind and id → line
	bad     []fault.Field
}

// Import reads things as NDJSON (each line an object with its kind) or as CSV (a header, and things of the one given
// kind), checks them all, and writes all or none. Parents may stand after their children.
func (s *Service) Import(ctx context.Context, format string, kind Kind, r io.Reader) (*Imported, error) {
	im := &importer{service: s, seen: map[string]int{}}
	var err error
	switch format {
	case "ndjson":
		err = im.ndjson(r)
	case "csv":
		err = im.csv(kind, r)
	default:
		err = fault.New(fault.Unsupported, "allocation.import_format", "An import is NDJSON (application/x-ndjson) or CSV (text/csv).")
	}
	if err != nil {
		return nil, err
	}
	return im.write(ctx)
}

func (im *importer) write(ctx context.Context) (*Imported, error) {
	if len(im.bad) > 0 {
		return nil, ErrImport.With(im.bad...)
	}
	slices.SortStableFunc(im.changes, func(a, b Change) int {
		return slices.Index(kinds[:], a.Row.Kind) - slices.Index(kinds[:], b.Row.Kind)
	})
	changed, err := im.service.apply(ctx, im.changes)
	if err != nil {
		return nil, err
	}
	return &Imported{Read: len(im.changes), Changed: changed}, nil
}

func (im *importer) ndjson(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxImportLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		t, err := im.object(line)
		if err := im.add(n, t, err); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return ErrImport.With(fault.Field{Pointer: fmt.Sprintf("line %d", n+1), Rule: fmt.Sprintf("must be at most %d MiB", maxImportLine>>20)})
	}
	return lines.Err()
}

// object reads one line: the thing's fields, and its kind beside them as "thing".
func (im *importer) object(line []byte) (thing, error) {
	var fields map[string]jsontext.Value
	if err := json.Unmarshal(line, &fields); err != nil {
		return nil, notJSON(err)
	}
	var kind Kind
	if raw, ok := fields["thing"]; ok {
		_ = json.Unmarshal(raw, &kind) // what is no text is no kind
	}
	t, err := newThing(kind)
	if err != nil {
		return nil, ErrInvalid.With(fault.Field{Pointer: "/thing", Rule: "must be one of advertiser, campaign, line_item, creative, placement"})
	}
	delete(fields, "thing")
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return t, decodeStrict(rest, t)
}

func (im *importer) csv(kind Kind, r io.Reader) error {
	if _, ok := columns[kind]; !ok {
		return ErrImport.With(fault.Field{Pointer: "query:kind", Rule: "must name the kind of the CSV's things: advertisers, campaigns, line_items, creatives or placements"})
	}
	lines := csv.NewReader(r)
	names, err := lines.Read()
	if err != nil {
		return ErrImport.With(fault.Field{Pointer: "line 1", Rule: "must be a header with the names of the columns"})
	}
	if len(names) > 0 {
		names[0] = string(bytes.TrimPrefix([]byte(names[0]), []byte("\ufeff"))) // spreadsheets write a byte order mark
	}
	if bad := wrongColumns(kind, names); bad != nil {
		return ErrImport.With(bad...)
	}
	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return ErrImport.With(fault.Field{Pointer: fmt.Sprintf("line %d", wrong.Line), Rule: "must be CSV: " + wrong.Err.Error()})
		}
		if err != nil {
			return err
		}
		n, _ := lines.FieldPos(0)
		t, err := fromColumns(kind, names, cells)
		if err := im.add(n, t, err); err != nil {
			return err
		}
	}
}

// add takes one thing, or what is wrong with it. It fails only where there is no sense in going on.
func (im *importer) add(line int, t thing, err error) error {
	var change Change
	if err == nil {
		change, err = im.service.checked(Upsert, t, "")
	}
	if err == nil {
		key := string(t.kind()) + "\x00" + *t.key()
		if first, twice := im.seen[key]; twice {
			err = ErrInvalid.With(fault.Field{Pointer: "/id", Rule: fmt.Sprintf("must stand once; it is on line %d already", first)})
		}
		im.seen[key] = line
	}
	if err != nil {
		im.bad = append(im.bad, fault.From(atLine(err, line)).Fields...)
		if len(im.bad) >= maxComplaints {
			return ErrImport.With(im.bad...)
		}
		return nil
	}
	change.Line = line
	im.changes = append(im.changes, change)
	if len(im.changes) > maxThings {
		return ErrImport.With(fault.Field{Pointer: fmt.Sprintf("line %d", line), Rule: fmt.Sprintf("must not be reached: an import has at most %d things", maxThings)})
	}
	return nil
}
