package httpio

import (
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

var schemaProvider = reflect.TypeFor[huma.SchemaProvider]()

// parameters describes what is bound from outside the body, and the wildcards that nobody binds.
func (d *Document) parameters(one *described, p pattern, in reflect.Type) error {
	var fs []field
	var err error
	if in != nil && in.Kind() == reflect.Struct {
		if fs, err = fieldsOf(in); err != nil {
			return err
		}
	}
	bound := map[string]bool{}
	for _, f := range fs {
		where, name, explode, is := f.param()
		if !is {
			continue
		}
		bound[where+name] = true
		required, err := f.required(where == "path")
		if err != nil {
			return err
		}
		s := huma.SchemaFromField(d.schemas, f.StructField, one.op.OperationID+name)
		tidySchema(s)
		s.Nullable = false
		if f.Type == timeType && f.Tag.Get("format") == "" {
			s.Format = "date-time"
		}
		prm := &huma.Param{Name: name, In: where, Required: required, Description: s.Description, Schema: s}
		s.Description = ""
		if s.Type == huma.TypeArray && where == "query" {
			prm.Explode = &explode
		}
		one.op.Parameters = append(one.op.Parameters, prm)
	}
	for _, name := range p.names {
		if !bound["path"+name] {
			one.op.Parameters = append(one.op.Parameters, &huma.Param{
				Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString},
			})
		}
	}
	return nil
}

func (d *Document) body(one *described, p pattern, in reflect.Type) error {
	if in == nil {
		return nil
	}
	pl, err := newPlan(in, p)
	if err != nil || !pl.body.used {
		return err
	}
	d.forgetCodecs(in, true, map[reflect.Type]bool{})
	one.body = in
	var s *huma.Schema
	if pl.body.members == nil && !(ownCodec(in) && in.Kind() == reflect.Struct) {
		s = d.schemas.Schema(in, true, one.op.OperationID+"Body")
	} else { // a struct of which only a part is the body, or whose decoder does not change what it is
		s = huma.SchemaFromType(d.schemas, in)
		if err := dropParams(s, in); err != nil {
			return err
		}
	}
	tidySchema(s)
	one.op.RequestBody = &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: s}},
	}
	return nil
}

func dropParams(s *huma.Schema, t reflect.Type) error {
	fs, err := fieldsOf(t)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if _, _, _, is := f.param(); !is {
			continue
		}
		name := f.jsonName()
		delete(s.Properties, name)
		s.Required = slices.DeleteFunc(s.Required, func(r string) bool { return r == name })
	}
	return nil
}

// forgetCodecs makes the registry describe types that encode themselves as anything: their fields are not what is sent. A type
// that has a Schema method says it better; keep is for a request type, whose decoder is only a faster one.
func (d *Document) forgetCodecs(t reflect.Type, keep bool, seen map[reflect.Type]bool) {
	t = deref(t)
	if seen[t] {
		return
	}
	seen[t] = true
	if ownCodec(t) && !has(t, textType) && !has(t, schemaProvider) {
		if !keep || t.Kind() != reflect.Struct {
			d.schemas.RegisterTypeAlias(t, reflect.TypeFor[any]())
			return
		}
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		d.forgetCodecs(t.Elem(), false, seen)
	case reflect.Struct:
		if t == timeType || has(t, textType) {
			return
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() || f.Anonymous {
				d.forgetCodecs(f.Type, false, seen)
			}
		}
	}
}

// tidySchema makes the schema say what is encoded: empty lists are [], never null.
func tidySchema(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	tidySchema(s.Items)
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		tidySchema(more)
	}
	for _, p := range s.Properties {
		tidySchema(p)
	}
	for _, some := range [][]*huma.Schema{s.OneOf, s.AnyOf, s.AllOf} {
		for _, one := range some {
			tidySchema(one)
		}
	}
}
