package httpio

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
)

// defaultOf is what sets a field that was not given; nil when it has no default. Texts are written as they are, lists of
// texts with commas, everything else as JSON.
func defaultOf(f field, c check) (func(reflect.Value), error) {
	tag, is := f.Tag.Lookup("default")
	if !is {
		return nil, nil
	}
	parse := func(v reflect.Value) error { return parseDefault(v, f, tag) }
	probe := reflect.New(f.Type).Elem()
	if err := parse(probe); err != nil {
		return nil, err
	}
	if c != nil {
		var w walk
		if c(probe, &w); len(w.fields) > 0 {
			return nil, fmt.Errorf("%q breaks the field's own rule: %s", tag, w.fields[0].Rule)
		}
	}
	switch k := f.Type.Kind(); {
	case k < reflect.Array && k != reflect.Invalid, k == reflect.String, f.Type == timeType: // nothing in it is shared
		return func(v reflect.Value) { v.Set(probe) }, nil
	}
	return func(v reflect.Value) {
		if err := parse(v); err != nil { // it parsed before
			panic(err)
		}
	}, nil
}

func parseDefault(v reflect.Value, f field, tag string) error {
	t := v.Type()
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String && !strings.HasPrefix(tag, "[") {
		for s := range strings.SplitSeq(tag, ",") {
			v.Set(reflect.Append(v, reflect.ValueOf(strings.TrimSpace(s)).Convert(t.Elem())))
		}
		return nil
	}
	if ownCodec(t) && !has(t, textType) {
		return json.Unmarshal([]byte(tag), v.Addr().Interface())
	}
	if set, err := setterOf(t, f); err == nil {
		if rule := set(v, tag); rule != "" {
			return fmt.Errorf("%q %s", tag, rule)
		}
		return nil
	}
	return json.Unmarshal([]byte(tag), v.Addr().Interface())
}
