package httpio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hotlane/hotlane/platform/fault"
)

// bodyPlan is how the body becomes a request value.
type bodyPlan struct {
	used    bool
	absent  string           // the rule that no body breaks
	null    bool             // null is the type's own to judge
	members map[string][]int // those of the body where other fields must not be reachable from it; nil: all are
	options json.Options
}

// newBodyPlan sorts out which fields are of the body.
func newBodyPlan(t reflect.Type, fs []field) (bodyPlan, error) {
	p := bodyPlan{options: json.RejectUnknownMembers(true), absent: typeRule(t)}
	if ownCodec(t) || t.Kind() == reflect.Interface {
		p.absent, p.null = ruleRequired, true
	}
	if t.Kind() != reflect.Struct || ownCodec(t) {
		p.used = true
		return p, nil
	}
	members, mixed := map[string][]int{}, false
	var special string
	for _, f := range fs {
		name := f.jsonName()
		if _, _, _, isParam := f.param(); isParam {
			mixed = mixed || name != ""
			continue
		}
		if name == "" {
			continue
		}
		if members[name] != nil {
			return p, fmt.Errorf("two fields are the member %q", name)
		}
		members[name] = f.path
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		for o := range strings.SplitSeq(options, ",") {
			if o != "" && o != "omitempty" && o != "omitzero" {
				special = f.Name + ": " + o
			}
		}
	}
	p.used = len(members) > 0
	if !mixed || !p.used {
		return p, nil
	}
	if special != "" {
		return p, fmt.Errorf("%s: beside path, query and header fields only omitempty and omitzero", special)
	}
	p.members = members
	return p, nil
}

func (p *bodyPlan) decode(b []byte, in any) error {
	if given := bytes.Trim(b, " \t\r\n"); len(given) == 0 || !p.null && string(given) == "null" {
		return errInvalid.With(fault.Field{Rule: p.absent})
	}
	if p.members == nil && decodePlain(b, in) {
		return nil
	}
	var err error
	if p.members == nil {
		err = json.Unmarshal(b, in, p.options)
	} else {
		err = p.decodeMembers(b, reflect.ValueOf(in).Elem())
	}
	if err != nil {
		return decodeFault(err)
	}
	return nil
}

// decodePlain lets a request type read its body itself, if it can.
func decodePlain(b []byte, in any) bool {
	plain, ok := in.(PlainDecoder)
	if !ok || plain.DecodePlain(string(b)) {
		return ok
	}
	reflect.ValueOf(in).Elem().SetZero()
	return false
}

// decodeMembers decodes an object into some fields of a struct. The others, bound from the path or the query, must not be
// reachable from the body.
func (p *bodyPlan) decodeMembers(b []byte, in reflect.Value) error {
	d := jsontext.NewDecoder(bytes.NewReader(b), p.options)
	if k := d.PeekKind(); k != '{' {
		if _, err := d.ReadValue(); err != nil {
			return err
		}
		return &json.SemanticError{JSONKind: k, GoType: in.Type()}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		at, ok := p.members[name.String()]
		if !ok {
			return &json.SemanticError{JSONPointer: d.StackPointer(), Err: json.ErrUnknownName}
		}
		if err := json.UnmarshalDecode(d, in.FieldByIndex(at).Addr().Interface(), p.options); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	return atEnd(d)
}

func atEnd(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err == nil {
		return errMalformed.With(fault.Field{Rule: "must be one JSON value, with nothing after it"})
	} else if err != io.EOF {
		return err
	}
	return nil
}

// decodeFault says what is wrong with a body: 400 where it is no JSON, 422 where it is not what was asked for.
func decodeFault(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if syn, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		reason := "is not valid JSON"
		if syn.Err != nil {
			reason = clip(syn.Err.Error())
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			reason = "ends too early"
		}
		return errMalformed.With(fault.Field{
			Pointer: clip(string(syn.JSONPointer)), Rule: fmt.Sprintf("byte %d: %s", syn.ByteOffset, reason),
		}).Because(err)
	}
	if sem, ok := errors.AsType[*json.SemanticError](err); ok {
		return errInvalid.With(fault.Field{Pointer: clip(string(sem.JSONPointer)), Rule: semanticRule(sem)}).Because(err)
	}
	return errMalformed.Because(err)
}

func semanticRule(e *json.SemanticError) string {
	t := e.GoType
	switch {
	case errors.Is(e.Err, json.ErrUnknownName):
		return ruleUnknown
	case t == nil:
		return "has the wrong type"
	case deref(t) != timeType && (ownCodec(deref(t)) || has(t, textType)) && e.Err != nil:
		return ownRule(e.Err)
	case isUint(deref(t).Kind()) && len(e.JSONValue) > 0 && e.JSONValue[0] == '-' && integral(e.JSONValue):
		return rangeRule(deref(t))
	}
	return numberRule(e.Err, typeRule(t), rangeRule(deref(t)))
}

func integral(number []byte) bool { return !bytes.ContainsAny(number, ".eE") }

func readFault(err error) error {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(big.Limit)
	}
	return errBroken.Because(err)
}
