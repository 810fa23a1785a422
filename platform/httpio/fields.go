package httpio

import (
	"fmt"
	"reflect"
	"strings"
)

// field is one exported field of a struct, embedded ones included.
type field struct {
	reflect.StructField
	path []int // from the struct that was asked for
	item bool  // seen as one item of the list that it is
}

// fieldsOf lists what encoding reaches: exported fields, those of embedded structs in their place. An outer field hides an
// inner one of the same Go name.
func fieldsOf(t reflect.Type) ([]field, error) {
	var fs []field
	seen := map[string]bool{}
	err := collect(t, nil, seen, &fs)
	return fs, err
}

func collect(t reflect.Type, at []int, seen map[string]bool, fs *[]field) error {
	var embedded []field
	for i := range t.NumField() {
		f := field{StructField: t.Field(i), path: append(append([]int(nil), at...), i)}
		switch {
		case f.Anonymous && f.Tag.Get("json") == "" && f.Type.Kind() == reflect.Struct && !opaque(f.Type):
			embedded = append(embedded, f)
		case f.Anonymous && f.Tag.Get("json") == "" && f.Type.Kind() == reflect.Pointer:
			return fmt.Errorf("%s: embedded pointers are not supported", f.Name)
		case f.IsExported() && !seen[f.Name]:
			seen[f.Name] = true
			*fs = append(*fs, f)
		}
	}
	for _, e := range embedded {
		if err := collect(e.Type, e.path, seen, fs); err != nil {
			return err
		}
	}
	return nil
}

// jsonName is the member that a field is in the body; empty when it is none.
func (f field) jsonName() string {
	tag, ok := f.Tag.Lookup("json")
	if tag == "-" {
		return ""
	}
	name, _, _ := strings.Cut(tag, ",")
	if !ok || name == "" {
		return f.Name
	}
	return strings.Trim(name, "'")
}

// param says where a field is bound from; ok is false for what belongs to the body.
func (f field) param() (in, name string, explode, ok bool) {
	for _, in := range [...]string{"path", "query", "header"} {
		tag, is := f.Tag.Lookup(in)
		if !is {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		return in, name, option == "explode", true
	}
	return "", "", false, false
}

// required is the same rule as the schema's.
func (f field) required(byDefault bool) (bool, error) {
	switch f.Tag.Get("required") {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "":
		return byDefault, nil
	default:
		return false, fmt.Errorf("%s: required:%q: want true or false", f.Name, f.Tag.Get("required"))
	}
}

func (f field) omittable() bool {
	_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
}
