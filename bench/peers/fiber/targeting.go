package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v3"
)

// attribute numbers what a request may say of itself, so that a rule finds it without a map.
type attribute uint8

const (
	attrOS attribute = iota
	attrAppVersion
	attrCountry
	attrLanguage
	attrCity
	attrGender
	attrAge
	attrCarrier
	attrNetwork
	attrDevice
	attrInterests
	attrCount
)

type kind uint8

const (
	text kind = iota
	list
	number
	version
)

var attributeTable = [attrCount]struct {
	name string
	kind kind
}{
	{"os", text},
	{"app_version", version},
	{"country", text},
	{"language", text},
	{"city", text},
	{"gender", text},
	{"age", number},
	{"carrier", text},
	{"network", text},
	{"device", text},
	{"interests", list},
}

// value is what a request says of one attribute.
type value struct {
	present bool
	text    string
	list    []string
	number  float64
	version appVersion
}

type attributes [attrCount]value

// parse reads the query string. Unknown, empty and malformed attributes are left out.
func (a *attributes) parse(c fiber.Ctx) {
	for i := range attributeTable {
		given := c.Query(attributeTable[i].name)
		if given == "" {
			continue
		}
		v := &a[i]
		switch attributeTable[i].kind {
		case text:
			v.text, v.present = given, true
		case list:
			v.list = slices.DeleteFunc(strings.Split(given, ","), func(s string) bool { return s == "" })
			v.present = true
		case number:
			n, err := strconv.ParseFloat(given, 64)
			v.number, v.present = n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
		case version:
			v.version, v.present = parseVersion(given)
		}
	}
}

type operator uint8

const (
	opIn operator = iota
	opNotIn
	opPrefix
	opGt
	opGte
	opLt
	opLte
)

var operators = map[string]operator{
	"in": opIn, "not_in": opNotIn, "prefix": opPrefix, "gt": opGt, "gte": opGte, "lt": opLt, "lte": opLte,
}

// rule is one condition. A request without the attribute fails it, except not_in.
type rule struct {
	attr     attribute
	op       operator
	operands []string // few: a scan beats a map
	number   float64
	version  appVersion
}

func newRule(name, op string, operands []any) (rule, error) {
	at := slices.IndexFunc(attributeTable[:], func(a struct {
		name string
		kind kind
	},
	) bool {
		return a.name == name
	})
	code, known := operators[op]
	if at < 0 || !known || len(operands) == 0 {
		return rule{}, fmt.Errorf("rule %s %s %v means nothing", name, op, operands)
	}
	r := rule{attr: attribute(at), op: code}
	switch attributeTable[at].kind {
	case text, list:
		for _, o := range operands {
			r.operands = append(r.operands, fmt.Sprint(o))
		}
		return r, nil
	case number:
		n, ok := operands[0].(float64)
		r.number = n
		if ok {
			return r, nil
		}
	case version:
		v, ok := parseVersion(fmt.Sprint(operands[0]))
		r.version = v
		if ok {
			return r, nil
		}
	}
	return rule{}, fmt.Errorf("rule %s %s %v means nothing", name, op, operands)
}

func (r *rule) holds(a *attributes) bool {
	v := &a[r.attr]
	switch r.op {
	case opIn:
		return r.listed(v)
	case opNotIn:
		return !r.listed(v)
	case opPrefix:
		return r.prefixed(v)
	}
	if !v.present {
		return false
	}
	order := 0
	if attributeTable[r.attr].kind == number {
		order = cmp.Compare(v.number, r.number)
	} else {
		order = v.version.compare(r.version)
	}
	switch r.op {
	case opGt:
		return order > 0
	case opGte:
		return order >= 0
	case opLt:
		return order < 0
	}
	return order <= 0
}

func (r *rule) listed(v *value) bool {
	if !v.present {
		return false
	}
	if v.list != nil {
		return slices.ContainsFunc(v.list, func(s string) bool { return slices.Contains(r.operands, s) })
	}
	return slices.Contains(r.operands, v.text)
}

func (r *rule) prefixed(v *value) bool {
	if !v.present {
		return false
	}
	starts := func(s string) bool {
		return slices.ContainsFunc(r.operands, func(p string) bool { return strings.HasPrefix(s, p) })
	}
	if v.list != nil {
		return slices.ContainsFunc(v.list, starts)
	}
	return starts(v.text)
}

// appVersion is up to four numbers and a prerelease, which comes before its release.
type appVersion struct {
	parts [4]uint64
	pre   string
}

func parseVersion(s string) (appVersion, bool) {
	var v appVersion
	s = strings.TrimPrefix(s, "v")
	s, _, _ = strings.Cut(s, "+")
	s, pre, dashed := strings.Cut(s, "-")
	if dashed && pre == "" {
		return v, false
	}
	v.pre = pre
	for i := 0; ; i++ {
		part, rest, more := strings.Cut(s, ".")
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil || i == len(v.parts) {
			return appVersion{}, false
		}
		v.parts[i] = n
		if !more {
			return v, true
		}
		s = rest
	}
}

func (v *appVersion) compare(w appVersion) int {
	for i := range v.parts {
		if c := cmp.Compare(v.parts[i], w.parts[i]); c != 0 {
			return c
		}
	}
	switch {
	case v.pre == w.pre:
		return 0
	case v.pre == "":
		return 1
	case w.pre == "":
		return -1
	}
	return slices.CompareFunc(strings.Split(v.pre, "."), strings.Split(w.pre, "."), compareIdentifier)
}

func compareIdentifier(a, b string) int {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	switch {
	case errX == nil && errY == nil:
		return cmp.Compare(x, y)
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// parseRules reads the rules of a line item, as JSON: [["os","in",["android"]], …].
func parseRules(b []byte) ([]rule, error) {
	var raw [][3]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, err
	}
	rules := make([]rule, 0, len(raw))
	for _, parts := range raw {
		var name, op string
		var operands []any
		for i, into := range []any{&name, &op, &operands} {
			if err := json.Unmarshal(parts[i], into); err != nil {
				return nil, err
			}
		}
		r, err := newRule(name, op, operands)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}
