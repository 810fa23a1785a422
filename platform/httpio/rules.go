package httpio

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// ruleBook compiles the checks of types. Struct types are kept, so that recursive ones end.
type ruleBook map[reflect.Type]*structRules

// ofValue is the check of a value of the type, under the rules of the field it is in; nil when nothing can be wrong.
func (b ruleBook) ofValue(t reflect.Type, f field) (check, error) {
	switch {
	case t.Kind() == reflect.Pointer:
		inner, err := b.ofValue(t.Elem(), f)
		if inner == nil || err != nil {
			return nil, err
		}
		return func(v reflect.Value, w *walk) {
			if !v.IsNil() {
				inner(v.Elem(), w)
			}
		}, nil
	case t.Kind() == reflect.Slice && t != bytesType, t.Kind() == reflect.Array:
		return b.ofList(t, f)
	case t.Kind() == reflect.Map:
		return b.ofMap(t, f)
	}
	own, err := scalarRules(t, f)
	if err != nil {
		return nil, err
	}
	if t.Kind() == reflect.Struct && !opaque(t) {
		return b.ofStruct(t)
	}
	return own, nil
}

func (b ruleBook) ofList(t reflect.Type, f field) (check, error) {
	size, err := sizeRule(f, "minItems", "maxItems", "item")
	if err != nil {
		return nil, err
	}
	var item check
	if !ownCodec(t) {
		if item, err = b.ofValue(t.Elem(), f.items()); err != nil {
			return nil, err
		}
	}
	if size == nil && item == nil {
		return nil, nil
	}
	return func(v reflect.Value, w *walk) {
		if size != nil && !size(v.Len(), w) || item == nil {
			return
		}
		for i := 0; i < v.Len() && !w.full(); i++ {
			w.enterAt(i)
			item(v.Index(i), w)
			w.leave()
		}
	}, nil
}

func (b ruleBook) ofMap(t reflect.Type, f field) (check, error) {
	size, err := sizeRule(f, "minProperties", "maxProperties", "member")
	if err != nil {
		return nil, err
	}
	var item check
	if !ownCodec(t) {
		if item, err = b.ofValue(t.Elem(), field{}); err != nil {
			return nil, err
		}
	}
	if size == nil && item == nil {
		return nil, nil
	}
	return func(v reflect.Value, w *walk) {
		if size != nil && !size(v.Len(), w) || item == nil {
			return
		}
		before := len(w.fields)
		for it := v.MapRange(); it.Next() && !w.full(); {
			w.enter(fmt.Sprint(it.Key()))
			value := reflect.New(t.Elem()).Elem() // what is in a map cannot be set
			value.Set(it.Value())
			item(value, w)
			w.leave()
		}
		slices.SortStableFunc(w.fields[before:], func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	}, nil
}

// structRules are the members of one struct that have rules.
type structRules struct{ members []member }

type member struct {
	name     string
	index    []int
	required bool
	zero     bool                // a zero breaks a rule, or stands for a default: it matters whether it was given
	fill     func(reflect.Value) // sets the default; nil: none
	check    check               // nil: none
}

func (b ruleBook) ofStruct(t reflect.Type) (check, error) {
	if s, ok := b[t]; ok {
		return s.check, nil
	}
	s := &structRules{}
	b[t] = s
	fs, err := fieldsOf(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	if err := s.compile(b, fs); err != nil {
		return nil, fmt.Errorf("%s.%w", t.Name(), err)
	}
	if len(s.members) == 0 {
		return nil, nil
	}
	return s.check, nil
}

func (s *structRules) compile(b ruleBook, fs []field) error {
	for _, f := range fs {
		name := f.jsonName()
		if name == "" {
			continue
		}
		m := member{name: name, index: f.path}
		var err error
		if m.required, err = f.required(!f.omittable()); err != nil {
			return err
		}
		if m.check, err = b.ofValue(f.Type, f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if m.fill, err = defaultOf(f, m.check); err != nil {
			return fmt.Errorf("%s: default: %w", f.Name, err)
		}
		if m.fill != nil && m.required {
			return fmt.Errorf("%s: what has a default is not required: say omitempty or omitzero", f.Name)
		}
		m.zero = m.fill != nil || breaksAtZero(f.Type, m.check)
		if m.required || m.zero || m.check != nil {
			s.members = append(s.members, m)
		}
	}
	return nil
}

func breaksAtZero(t reflect.Type, c check) bool {
	if c == nil {
		return false
	}
	var w walk
	c(reflect.New(t).Elem(), &w)
	return len(w.fields) > 0 || w.unsure
}

func (s *structRules) check(v reflect.Value, w *walk) {
	for i := range s.members {
		if w.full() {
			return
		}
		s.members[i].walk(v, w)
	}
}

func (m *member) walk(v reflect.Value, w *walk) {
	fv := v.FieldByIndex(m.index)
	if (m.required || m.zero) && fv.IsZero() {
		if w.present == nil {
			w.unsure = true
			return
		}
		w.enter(m.name)
		there := w.has()
		if !there && m.required {
			w.fail(ruleRequired)
		}
		w.leave()
		if !there {
			if m.fill != nil {
				m.fill(fv)
			}
			return
		}
	}
	if m.check != nil {
		w.enter(m.name)
		m.check(fv, w)
		w.leave()
	}
}
