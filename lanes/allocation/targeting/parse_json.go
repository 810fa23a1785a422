package targeting

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ParseJSON reads the JSON form. Its error is an *Error with the pointer and the rule.
func ParseJSON(b []byte, schema Schema) (*Expr, error) {
	if len(b) > MaxText {
		return nil, &Error{Offset: -1, Rule: ruleSize}
	}
	p := &jsonParser{dec: jsontext.NewDecoder(bytes.NewReader(b)), schema: schema}
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	if p.dec.PeekKind() != jsontext.KindInvalid {
		return nil, &Error{Offset: -1, Rule: "must be one JSON value"}
	}
	if _, err := p.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	if rule := e.fits(); rule != "" {
		return nil, &Error{Offset: -1, Rule: rule}
	}
	return e, nil
}

type jsonParser struct {
	dec    *jsontext.Decoder
	schema Schema
	nodes  int
}

// member is one name and value of an object that is not a connective.
type member struct {
	name    string
	value   jsontext.Value
	pointer string
}

func (p *jsonParser) fail(rule string) *Error {
	return &Error{Offset: -1, Pointer: string(p.dec.StackPointer()), Rule: rule}
}

// syntaxError turns the decoder's error into one that names the place.
func syntaxError(err error) *Error {
	e := &Error{Offset: -1, Rule: "must be valid JSON: " + clip(err.Error())}
	var s *jsontext.SyntacticError
	if errors.As(err, &s) {
		e.Pointer = string(s.JSONPointer)
		e.Rule = "must be valid JSON: " + clip(s.Err.Error())
		if errors.Is(err, jsontext.ErrDuplicateName) {
			e.Rule = "must not be given twice"
		}
	}
	return e
}

func (p *jsonParser) expr() (*Expr, *Error) {
	if p.nodes++; p.nodes > MaxNodes {
		return nil, p.fail(ruleNodes)
	}
	if p.dec.StackDepth() > rawDepth {
		return nil, p.fail(ruleDepth)
	}
	t, err := p.dec.ReadToken()
	if err != nil {
		return nil, syntaxError(err)
	}
	switch t.Kind() {
	case jsontext.KindTrue:
		return True(), nil
	case jsontext.KindFalse:
		return Not(True()), nil
	case jsontext.KindBeginObject:
		return p.object()
	}
	return nil, p.fail("must be an object, true or false")
}

func (p *jsonParser) object() (*Expr, *Error) {
	var whole *Expr
	var members []member
	at := string(p.dec.StackPointer())
	for p.dec.PeekKind() != jsontext.KindEndObject {
		t, err := p.dec.ReadToken()
		if err != nil {
			return nil, syntaxError(err)
		}
		name := t.String()
		if name == "and" || name == "or" || name == "not" {
			var broken *Error
			if whole, broken = p.connective(name); broken != nil {
				return nil, broken
			}
			if p.dec.PeekKind() != jsontext.KindEndObject || members != nil {
				return nil, &Error{Offset: -1, Pointer: at, Rule: `"` + name + `" must stand alone in its object`}
			}
			continue
		}
		v, err := p.dec.ReadValue()
		if err != nil {
			return nil, syntaxError(err)
		}
		if len(members) == MaxAttrs {
			return nil, p.fail("must have at most " + strconv.Itoa(MaxAttrs) + " members")
		}
		members = append(members, member{name, v.Clone(), string(p.dec.StackPointer())})
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	if whole != nil {
		return whole, nil
	}
	return p.leaf(at, members)
}

func (p *jsonParser) connective(name string) (*Expr, *Error) {
	if name == "not" {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		return Not(e), nil
	}
	if p.dec.PeekKind() != jsontext.KindBeginArray {
		if _, err := p.dec.ReadValue(); err != nil {
			return nil, syntaxError(err)
		}
		return nil, p.fail("must be an array of expressions")
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	var parts []*Expr
	for p.dec.PeekKind() != jsontext.KindEndArray {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return nil, syntaxError(err)
	}
	if len(parts) == 0 {
		return nil, p.fail("must have at least one expression")
	}
	if name == "or" {
		return Or(parts...), nil
	}
	return And(parts...), nil
}
