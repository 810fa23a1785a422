package targeting

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// literal is a value as it is written, in text or JSON.
type literal struct {
	text   string
	number float64
	isNum  bool
}

// comparison is a relation between an attribute and one value.
type comparison uint8

const (
	equal comparison = iota
	less
	lessEqual
	greater
	greaterEqual
)

const maxMeters = 20_037_509 // half of the equator: beyond it every place is within

var (
	errValueSize = fmt.Sprintf("must be a string of at most %d bytes of UTF-8", MaxValue)
	ruleDepth    = fmt.Sprintf("must not be nested deeper than %d", MaxDepth)
	ruleNodes    = fmt.Sprintf("must have at most %d predicates and connectives", MaxNodes)
	ruleValues   = fmt.Sprintf("must have at most %d values", MaxValues)
	ruleSize     = fmt.Sprintf("must be at most %d bytes", MaxText)
)

// The build functions make an expression of what a parser has read. The second result is the broken rule, or "".

func (s Schema) resolve(attr string) (Kind, string) {
	switch attr {
	case "and", "or", "not", "true":
		return 0, `"` + attr + `" is a keyword and cannot name an attribute`
	}
	if !ValidName(attr) {
		return 0, fmt.Sprintf("must be a name of a-z, 0-9, _ and ., beginning with a letter, at most %d bytes", MaxName)
	}
	k, ok := s.Kind(attr)
	if !ok {
		return 0, s.unknown(attr)
	}
	return k, ""
}

func buildIn(attr string, kind Kind, values []literal) (*Expr, string) {
	if len(values) == 0 {
		return nil, "must have at least one value"
	}
	if len(values) > MaxValues {
		return nil, ruleValues
	}
	if kind != Text {
		if len(values) > MaxNodes {
			return nil, ruleNodes
		}
		parts := make([]*Expr, 0, len(values))
		for _, v := range values {
			e, rule := buildCompare(attr, kind, equal, v)
			if rule != "" {
				return nil, rule
			}
			parts = append(parts, e)
		}
		return Or(parts...), ""
	}
	texts, rule := textValues(attr, values)
	return leaf(Predicate{Attr: attr, Kind: Text, Op: In, Values: texts}), rule
}

func textValues(attr string, values []literal) ([]string, string) {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		if v.isNum {
			return nil, attr + " is a text: its values must be strings"
		}
		if len(v.text) > MaxValue || !utf8.ValidString(v.text) {
			return nil, errValueSize
		}
		texts = append(texts, v.text)
	}
	return distinct(texts), ""
}

func buildPrefix(attr string, kind Kind, values []literal) (*Expr, string) {
	switch {
	case kind != Text:
		return nil, "PREFIX is for text, and " + attr + " is a " + kind.String()
	case len(values) == 0:
		return nil, "must have at least one value"
	case len(values) > MaxValues:
		return nil, ruleValues
	}
	texts, rule := textValues(attr, values)
	if rule == "" && texts[0] == "" {
		rule = "a prefix must not be empty"
	}
	return leaf(Predicate{Attr: attr, Kind: Text, Op: Prefix, Values: texts}), rule
}

func buildExists(attr string, kind Kind) *Expr {
	return leaf(Predicate{Attr: attr, Kind: kind, Op: Exists})
}

func buildWithin(attr string, kind Kind, lat, lon, meters float64) (*Expr, string) {
	switch {
	case kind != Geo:
		return nil, "WITHIN is for geo, and " + attr + " is a " + kind.String()
	case !(lat >= -90 && lat <= 90):
		return nil, "latitude must be between -90 and 90"
	case !(lon >= -180 && lon <= 180):
		return nil, "longitude must be between -180 and 180"
	case !(meters > 0 && meters <= maxMeters):
		return nil, fmt.Sprintf("distance must be more than 0 and at most %d m", maxMeters)
	}
	return leaf(Predicate{Attr: attr, Kind: Geo, Op: Within, Circle: &Circle{lat + 0, lon + 0, meters}}), ""
}

func buildCompare(attr string, kind Kind, c comparison, v literal) (*Expr, string) {
	if kind == Geo {
		return nil, attr + " is a geo: only WITHIN and EXISTS apply"
	}
	if kind == Text {
		if c != equal {
			return nil, attr + " is a text and has no order: use =, != or IN"
		}
		return buildIn(attr, kind, []literal{v})
	}
	lo, hi, rule := bounds(attr, kind, v)
	if rule != "" {
		return nil, rule
	}
	var p [2]Bound
	switch c {
	case equal:
		p = [2]Bound{lo, hi}
	case less:
		lo.Inclusive = false
		p[1] = lo
	case lessEqual:
		p[1] = hi
	case greater:
		hi.Inclusive = !hi.Inclusive
		p[0] = hi
	case greaterEqual:
		p[0] = lo
	}
	return buildRange(attr, kind, p[0], p[1]), ""
}

func buildBetween(attr string, kind Kind, from, to literal) (*Expr, string) {
	if kind == Geo || kind == Text {
		return nil, "BETWEEN is for number, version and date, and " + attr + " is a " + kind.String()
	}
	lo, _, rule := bounds(attr, kind, from)
	if rule != "" {
		return nil, rule
	}
	_, hi, rule := bounds(attr, kind, to)
	return buildRange(attr, kind, lo, hi), rule
}

// buildRange splits what is not closed on both sides, so that every range has a text of its own.
func buildRange(attr string, kind Kind, lo, hi Bound) *Expr {
	p := Predicate{Attr: attr, Kind: kind, Op: Range, Ends: &Ends{lo, hi}}
	if !lo.Set || !hi.Set || lo.Inclusive && hi.Inclusive {
		return leaf(p)
	}
	return And(leaf(p.between(lo, Bound{})), leaf(p.between(Bound{}, hi)))
}

// bounds are the closed ends of what a value covers; the upper end of a bare day is open, at the next day.
func bounds(attr string, kind Kind, v literal) (lo, hi Bound, rule string) {
	b := Bound{Set: true, Inclusive: true}
	switch kind {
	case Number:
		if !v.isNum {
			return lo, hi, attr + " is a number: its values must be numbers"
		}
		if math.IsInf(v.number, 0) || math.IsNaN(v.number) {
			return lo, hi, "must be a finite number"
		}
		b.Number = v.number + 0 // -0 becomes 0
	case Version:
		var ok bool
		b.Version, ok = ParseVersion(v.text)
		if v.isNum || !ok {
			return lo, hi, attr + ` is a version: its values must be strings like "5.2.1"`
		}
	case Date:
		s, day, ok := ParseDate(v.text)
		if v.isNum || !ok || day && s >= maxDate {
			return lo, hi, attr + ` is a date: its values must be strings like "2026-01-31" or "2026-01-31T08:00:00+09:00"`
		}
		b.Number = float64(s)
		if day {
			return b, Bound{Set: true, Number: float64(s + daySeconds)}, ""
		}
	}
	return b, b, ""
}
