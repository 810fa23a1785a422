package config

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Schema is the JSON Schema (2020-12) of the file, for editors. The sections hold their defaults.
func Schema(sections map[string]any) ([]byte, error) {
	roots, err := (&loader{}).roots(sections)
	if err != nil {
		return nil, err
	}
	top := map[string]any{}
	for _, s := range roots {
		schema := structSchema(s.target, true)
		if s.name == Root {
			for name, property := range schema["properties"].(map[string]any) {
				top[name] = property
			}
			continue
		}
		top[s.name] = schema
	}
	text, err := json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Hotlane configuration",
		"type": "object", "additionalProperties": false, "properties": top,
	}, "", "  ")
	return append(text, '\n'), err
}

func structSchema(v reflect.Value, defaults bool) map[string]any {
	properties := map[string]any{}
	for _, f := range fields(v.Type()) {
		p := typeSchema(v.FieldByIndex(f.index), optionsOf(f.tag), defaults)
		if doc := f.tag.Get("doc"); doc != "" {
			p["description"] = doc
		}
		limits(p, f)
		properties[f.name] = p
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

func limits(p map[string]any, f field) {
	for tag, keyword := range map[string]string{
		"minimum": "minimum", "maximum": "maximum", "minLength": "minLength", "maxLength": "maxLength",
		"minItems": "minItems", "maxItems": "maxItems",
	} {
		if n, err := strconv.ParseFloat(f.tag.Get(tag), 64); err == nil && p["type"] != "array" || err == nil && strings.HasSuffix(tag, "Items") {
			p[keyword] = n
		}
	}
	if pattern := f.tag.Get("pattern"); pattern != "" && p["type"] == "string" {
		p["pattern"] = pattern
	}
	if enum := f.tag.Get("enum"); enum != "" && p["type"] == "string" {
		p["enum"] = strings.Split(enum, ",")
	}
}

func typeSchema(v reflect.Value, opts leafOptions, defaults bool) map[string]any {
	t := v.Type()
	switch {
	case t.Kind() == reflect.Pointer && !isText(t):
		return typeSchema(elem(v), opts, defaults && !v.IsNil())
	case isLeaf(t):
		p := leafSchema(t, opts)
		if d := defaultOf(v, opts); (defaults || !v.IsZero()) && d != "" {
			p["default"] = jsonDefault(v, d)
		}
		return p
	}
	switch t.Kind() {
	case reflect.Struct:
		return structSchema(v, defaults)
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": typeSchema(entry(t.Elem()), opts, false)}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": typeSchema(entry(t.Elem()), opts, false)}
	default:
		return map[string]any{}
	}
}

func elem(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return reflect.New(v.Type().Elem()).Elem()
	}
	return v.Elem()
}

func leafSchema(t reflect.Type, opts leafOptions) map[string]any {
	switch {
	case t.Kind() == reflect.Pointer:
		return leafSchema(t.Elem(), opts)
	case t == durationType:
		return map[string]any{"type": "string", "pattern": `^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^0$`}
	case isText(t):
		return map[string]any{"type": "string"}
	case opts.bytes:
		return map[string]any{"type": []string{"integer", "string"}, "pattern": `^[0-9]+ *(B|[kK]B|MB|GB|TB|KiB|MiB|GiB|TiB)?$`}
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	default:
		return map[string]any{"type": "integer"}
	}
}

// jsonDefault is the default as a JSON value: numbers and truths as such, the rest as it is written in the file.
func jsonDefault(v reflect.Value, written string) any {
	number := slices.Contains([]reflect.Kind{reflect.Bool, reflect.Float32, reflect.Float64}, v.Kind()) || v.CanInt() || v.CanUint()
	if number && v.Type() != durationType && json.Valid([]byte(written)) {
		return json.RawMessage(written)
	}
	return written
}
