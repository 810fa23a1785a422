package httpio

import (
	"fmt"
	"net/http"
	"reflect"

	"github.com/hotlane/hotlane/platform/fault"
)

// plan is how requests become values of one type, and what must hold for them.
type plan struct {
	params params
	body   bodyPlan
	check  check // of what came with the body; nil: nothing to check
}

// validator is a request type with rules of its own.
type validator interface{ Validate() []fault.Field }

func newPlan(t reflect.Type, p pattern) (*plan, error) {
	var fs []field
	var err error
	if t.Kind() == reflect.Struct {
		if fs, err = fieldsOf(t); err != nil {
			return nil, err
		}
	}
	pl := &plan{}
	if pl.params, err = newParams(fs, p); err != nil {
		return nil, err
	}
	if pl.body, err = newBodyPlan(t, fs); err != nil {
		return nil, err
	}
	if !pl.body.used {
		return pl, nil
	}
	if p.bodiless() {
		return nil, fmt.Errorf(`%s requests have no body: tag the fields path, query, header or json:"-"`, p.method)
	}
	pl.check, err = bodyRules(t, fs)
	return pl, err
}

// bodyRules is the check of the body's fields. Of a struct with its own decoder they are those that say their name.
func bodyRules(t reflect.Type, fs []field) (check, error) {
	book := ruleBook{}
	if t.Kind() != reflect.Struct {
		return book.ofValue(t, field{})
	}
	var body []field
	for _, f := range fs {
		_, _, _, isParam := f.param()
		if _, named := f.Tag.Lookup("json"); !isParam && (named || !opaque(t)) {
			body = append(body, f)
		}
	}
	s := &structRules{}
	if err := s.compile(book, body); err != nil || len(s.members) == 0 {
		return nil, err
	}
	return s.check, nil
}

// bind fills in from the request. Whatever is wrong with it is one fault that names all of it, up to maxFields.
func (p *plan) bind(r *http.Request, in any, s *scratch, limit int64) error {
	v, w := reflect.ValueOf(in).Elem(), &s.walk
	if p.body.used {
		if err := p.takeBody(r, in, v, s, limit); err != nil {
			return err
		}
	}
	p.params.bind(r, v, w)
	if len(w.fields) == 0 {
		if own, ok := in.(validator); ok {
			w.fields = own.Validate()
		}
	}
	if n := len(w.fields); n > 0 {
		return errInvalid.With(w.fields[:min(n, maxFields)]...)
	}
	return nil
}

func (p *plan) takeBody(r *http.Request, in any, v reflect.Value, s *scratch, limit int64) error {
	if err := s.read(r, limit); err != nil {
		return err
	}
	if len(s.body) > 0 && !isJSON(r.Header.Get("Content-Type")) {
		return errMediaType
	}
	if err := p.body.decode(s.body, in); err != nil {
		return err
	}
	if p.check == nil {
		return nil
	}
	w := &s.walk
	if p.check(v, w); w.unsure {
		w.reset()
		w.present = presentIn(s.body)
		p.check(v, w)
	}
	return nil
}
