package config

import (
	"encoding"
	"reflect"
	"strings"
	"time"
)

// field is one field of a struct as the file names it.
type field struct {
	name  string
	index []int
	typ   reflect.Type
	tag   reflect.StructTag
}

// fields lists what a struct takes, in order; embedded structs and those with the option inline are flattened.
func fields(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Type.Kind() == reflect.Struct && (f.Anonymous && name == "" || strings.Contains(opts, "inline")) {
			for _, inner := range fields(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				all = append(all, inner)
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		all = append(all, field{name: name, index: []int{i}, typ: f.Type, tag: f.Tag})
	}
	return all
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

func isText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textType) }

// isLeaf: written as one scalar.
func isLeaf(t reflect.Type) bool {
	if isText(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array, reflect.Interface:
		return false
	case reflect.Pointer:
		return isLeaf(t.Elem())
	default:
		return true
	}
}

// leafOptions are the tags that change how a scalar is read.
type leafOptions struct {
	bytes bool
	enum  string
}

func optionsOf(tag reflect.StructTag) leafOptions {
	return leafOptions{bytes: tag.Get("unit") == "bytes", enum: tag.Get("enum")}
}

func compareNames(a, b string) int { return strings.Compare(a, b) }
