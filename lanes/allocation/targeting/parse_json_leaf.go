package targeting

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

func (p *jsonParser) leaf(at string, members []member) (*Expr, *Error) {
	if len(members) == 0 {
		return nil, &Error{Offset: -1, Pointer: at, Rule: `must have "and", "or", "not" or "attr"`}
	}
	for i, m := range members {
		if m.name != "attr" {
			continue
		}
		if m.value.Kind() != jsontext.KindString {
			return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: "must be the name of an attribute"}
		}
		attr := unquote(m.value)
		kind, rule := p.schema.resolve(attr)
		if rule != "" {
			return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: rule}
		}
		return p.relations(at, attr, kind, append(members[:i:i], members[i+1:]...))
	}
	return p.shorthand(members)
}

// shorthand reads {"os":["android"],"age":{"gte":20}}.
func (p *jsonParser) shorthand(members []member) (*Expr, *Error) {
	parts := make([]*Expr, 0, len(members))
	for _, m := range members {
		kind, rule := p.schema.resolve(m.name)
		if rule != "" {
			return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: rule}
		}
		ops := []member{{"eq", m.value, m.pointer}}
		switch m.value.Kind() {
		case jsontext.KindBeginArray:
			ops[0].name = "in"
		case jsontext.KindBeginObject:
			var err *Error
			if ops, err = split(m); err != nil {
				return nil, err
			}
		}
		e, err := p.relations(m.pointer, m.name, kind, ops)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	return And(parts...), nil
}

// relations reads what is asked of one attribute; several relations hold together.
func (p *jsonParser) relations(at, attr string, kind Kind, ops []member) (*Expr, *Error) {
	if len(ops) == 0 {
		const rule = "must have eq, ne, in, not_in, gt, gte, lt, lte, prefix, within or exists"
		return nil, &Error{Offset: -1, Pointer: at, Rule: rule}
	}
	if p.nodes += len(ops); p.nodes > MaxNodes {
		return nil, p.fail(ruleNodes)
	}
	ends := map[string]literal{}
	var parts []*Expr
	for _, m := range ops {
		switch m.name {
		case "gt", "gte", "lt", "lte":
			v, rule := scalar(m.value)
			if rule != "" {
				return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: rule}
			}
			ends[m.name] = v
		}
	}
	_, from := ends["gte"]
	_, to := ends["lte"]
	closed := from && to
	for _, m := range ops {
		if closed && m.name == "lte" {
			continue
		}
		e, rule := relation(attr, kind, m, ends, closed)
		if rule != "" {
			return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: rule}
		}
		parts = append(parts, e)
	}
	return And(parts...), nil
}

func relation(attr string, kind Kind, m member, ends map[string]literal, closed bool) (*Expr, string) {
	switch m.name {
	case "eq", "ne":
		v, rule := scalar(m.value)
		if rule != "" {
			return nil, rule
		}
		e, rule := buildCompare(attr, kind, equal, v)
		if rule == "" && m.name == "ne" {
			e = Not(e)
		}
		return e, rule
	case "in", "not_in":
		values, rule := array(m.value)
		if rule != "" {
			return nil, rule
		}
		e, rule := buildIn(attr, kind, values)
		if rule == "" && m.name == "not_in" {
			e = Not(e)
		}
		return e, rule
	case "gt":
		return buildCompare(attr, kind, greater, ends["gt"])
	case "gte":
		if closed {
			return buildBetween(attr, kind, ends["gte"], ends["lte"])
		}
		return buildCompare(attr, kind, greaterEqual, ends["gte"])
	case "lt":
		return buildCompare(attr, kind, less, ends["lt"])
	case "lte":
		return buildCompare(attr, kind, lessEqual, ends["lte"])
	case "prefix":
		values, rule := array(m.value)
		if rule != "" {
			return nil, rule
		}
		return buildPrefix(attr, kind, values)
	case "within":
		return within(attr, kind, m)
	case "exists":
		switch m.value.Kind() {
		case jsontext.KindTrue:
			return buildExists(attr, kind), ""
		case jsontext.KindFalse:
			return Not(buildExists(attr, kind)), ""
		}
		return nil, "must be true or false"
	}
	return nil, `unknown relation "` + clip(m.name) + `"`
}

func within(attr string, kind Kind, m member) (*Expr, string) {
	const rule = `must be an object of numbers: lat, lon and km or m`
	fields, err := split(m)
	if err != nil {
		return nil, rule
	}
	v := map[string]float64{}
	for _, f := range fields {
		n, broken := scalar(f.value)
		if broken != "" || !n.isNum {
			return nil, rule
		}
		v[f.name] = n.number
	}
	km, inKm := v["km"]
	meters, inM := v["m"]
	_, lat := v["lat"]
	_, lon := v["lon"]
	if inKm == inM || !lat || !lon || len(v) != 3 {
		return nil, rule
	}
	if inKm {
		meters = km * 1000
	}
	return buildWithin(attr, kind, v["lat"], v["lon"], meters)
}

// split reads the members of an object that has been checked for syntax.
func split(m member) ([]member, *Error) {
	if m.value.Kind() != jsontext.KindBeginObject {
		return nil, &Error{Offset: -1, Pointer: m.pointer, Rule: "must be an object"}
	}
	dec := jsontext.NewDecoder(bytes.NewReader(m.value))
	if _, err := dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	var out []member
	for dec.PeekKind() != jsontext.KindEndObject {
		t, err := dec.ReadToken()
		if err != nil {
			return nil, syntaxError(err)
		}
		name := t.String()
		v, err := dec.ReadValue()
		if err != nil {
			return nil, syntaxError(err)
		}
		out = append(out, member{name, v.Clone(), m.pointer + string(dec.StackPointer())})
	}
	return out, nil
}

// scalar reads a string, a number, or a boolean as "true" or "false".
func scalar(v jsontext.Value) (literal, string) {
	switch v.Kind() {
	case jsontext.KindString:
		return literal{text: unquote(v)}, ""
	case jsontext.KindTrue, jsontext.KindFalse:
		return literal{text: string(v)}, ""
	case jsontext.KindNumber:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return literal{}, "must be a finite number"
		}
		return literal{number: f, isNum: true}, ""
	}
	return literal{}, "must be a string, a number or a boolean"
}

func array(v jsontext.Value) ([]literal, string) {
	const rule = "must be an array of strings or numbers"
	if v.Kind() != jsontext.KindBeginArray {
		return nil, rule
	}
	dec := jsontext.NewDecoder(bytes.NewReader(v))
	if _, err := dec.ReadToken(); err != nil {
		return nil, rule
	}
	var out []literal
	for dec.PeekKind() != jsontext.KindEndArray {
		item, err := dec.ReadValue()
		if err != nil {
			return nil, rule
		}
		l, broken := scalar(item)
		if broken != "" {
			return nil, rule
		}
		if len(out) == MaxValues {
			return nil, ruleValues
		}
		out = append(out, l)
	}
	return out, ""
}

func unquote(v jsontext.Value) string {
	b, _ := jsontext.AppendUnquote(nil, []byte(v)) // the syntax has been checked
	return string(b)
}
