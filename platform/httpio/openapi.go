package httpio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Operation is one route as the document describes it.
type Operation struct {
	Pattern     string // "POST /v1/allocations"
	Summary     string // one line
	Description string // more, in plain text; may be empty
	Tag         string // what it is grouped by: the lane
	Access      string // public, user, service, admin or known
	Effect      string // read or write
	Class       string // critical, normal or bulk
	Handler     Handler
}

// Document is an OpenAPI 3.1 document in the making. After the last Add it is only read.
type Document struct {
	api     *huma.OpenAPI
	schemas huma.Registry
	names   map[string]reflect.Type // of schemas, so that two packages may use one
	order   []*described            // as they were added
}

// described is one operation beside what it came from.
type described struct {
	Operation
	method, path string
	op           *huma.Operation
	body, answer reflect.Type // nil: none
}

const schemaPrefix = "#/components/schemas/"

// NewDocument begins a document. Equal operations, added in the same order, give equal bytes.
func NewDocument(title, version string) *Document {
	d := &Document{names: map[string]reflect.Type{}}
	d.schemas = huma.NewMapRegistry(schemaPrefix, d.name)
	d.api = &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: title, Version: version},
		Paths:   map[string]*huma.PathItem{},
		Components: &huma.Components{
			Schemas:         d.schemas,
			SecuritySchemes: securitySchemes(),
			Responses: map[string]*huma.Response{"Problem": {
				Description: "A refusal that says why (RFC 9457): a code that stays, and the fields and rules it is about.",
				Content: map[string]*huma.MediaType{"application/problem+json": {
					Schema: d.schemas.Schema(reflect.TypeFor[Problem](), true, "Problem"),
				}},
			}},
		},
	}
	for _, s := range d.schemas.Map() {
		tidySchema(s)
	}
	return d
}

// name is the type's, with its package in front where another type has that name already.
func (d *Document) name(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	t = deref(t)
	if t.Kind() != reflect.Struct {
		return name
	}
	if have, ok := d.names[name]; ok && have != t {
		pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
		name = strings.ToUpper(pkg[:min(1, len(pkg))]) + pkg[min(1, len(pkg)):] + name
	}
	d.names[name] = t
	return name
}

// Add describes one operation. It fails for what Compile fails for, for a route that is there already, and for tags that the
// schema cannot have.
func (d *Document) Add(o Operation) (err error) {
	defer func() {
		if p := recover(); p != nil { // how the schema library refuses tags
			err = fmt.Errorf("%s: %v", o.Pattern, p)
		}
	}()
	p, err := parsePattern(o.Pattern)
	if err != nil {
		return err
	}
	if o.Handler != nil {
		if _, err := o.Handler.compile(p, Options{}); err != nil {
			return fmt.Errorf("%s: %w", o.Pattern, err)
		}
	}
	one := &described{Operation: o, method: p.method, path: documentPath(p.path), op: &huma.Operation{
		Summary: o.Summary, Description: o.Description, Security: security(o.Access),
		Responses:  map[string]*huma.Response{"default": {Ref: "#/components/responses/Problem"}},
		Extensions: extensions(o),
	}}
	one.op.OperationID = operationID(one.method, one.path)
	if o.Tag != "" {
		one.op.Tags = []string{o.Tag}
		d.tag(o.Tag)
	}
	if err := d.describe(one, p); err != nil {
		return fmt.Errorf("%s: %w", o.Pattern, err)
	}
	if err := d.place(one); err != nil {
		return fmt.Errorf("%s: %w", o.Pattern, err)
	}
	for _, s := range d.schemas.Map() {
		tidySchema(s)
	}
	d.order = append(d.order, one)
	return nil
}

func (d *Document) tag(name string) {
	for _, t := range d.api.Tags {
		if t.Name == name {
			return
		}
	}
	d.api.Tags = append(d.api.Tags, &huma.Tag{Name: name})
}

// describe fills in parameters, body and answer.
func (d *Document) describe(one *described, p pattern) error {
	var in, out reflect.Type
	if one.Handler != nil {
		in, out = one.Handler.types()
	}
	if err := d.parameters(one, p, in); err != nil {
		return err
	}
	if err := d.body(one, p, in); err != nil {
		return err
	}
	if out == nil {
		one.op.Responses["200"] = &huma.Response{Description: "A page, a picture, a stream or a redirect."}
		return nil
	}
	d.forgetCodecs(out, false, map[reflect.Type]bool{})
	one.answer = out
	status := statusOf(out)
	if out.Kind() == reflect.Struct && out.NumField() == 0 && status == 200 {
		status = 204 // there is nothing to say but nil
	}
	res := &huma.Response{Description: "Done."}
	if status != 204 && status != 304 {
		s := d.schemas.Schema(out, true, one.op.OperationID+"Answer")
		tidySchema(s)
		res.Content = map[string]*huma.MediaType{"application/json": {Schema: s}}
	}
	one.op.Responses[strconv.Itoa(status)] = res
	return nil
}

func (d *Document) place(one *described) error {
	item := d.api.Paths[one.path]
	if item == nil {
		item = &huma.PathItem{}
		d.api.Paths[one.path] = item
	}
	slots := map[string]**huma.Operation{
		"GET": &item.Get, "PUT": &item.Put, "POST": &item.Post, "DELETE": &item.Delete,
		"OPTIONS": &item.Options, "HEAD": &item.Head, "PATCH": &item.Patch, "TRACE": &item.Trace,
	}
	slot, ok := slots[one.method]
	if !ok {
		return fmt.Errorf("a document cannot have the method %s", one.method)
	}
	if *slot != nil {
		return fmt.Errorf("is described already")
	}
	*slot = one.op
	return nil
}

// JSON is the whole document, indented.
func (d *Document) JSON() []byte {
	b, err := json.Marshal(d.api)
	if err == nil {
		var out bytes.Buffer
		if err = json.Indent(&out, b, "", "  "); err == nil {
			out.WriteByte('\n')
			return out.Bytes()
		}
	}
	panic(err) // it is made of what marshals: cannot happen
}

// documentPath writes wildcards as OpenAPI does, which has none for many segments and no end marker.
func documentPath(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "{$}", ""), "...}", "}")
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

func operationID(method, path string) string {
	return strings.ToLower(method) + "-" + strings.Trim(notWord.ReplaceAllString(path, "-"), "-")
}

func statusOf(out reflect.Type) (status int) {
	status = 200
	defer func() { _ = recover() }() // of a status that depends on the answer, 200 is said
	if s, ok := reflect.New(out).Interface().(Statuser); ok {
		if n := s.Status(); n >= 200 && n < 400 {
			status = n
		}
	}
	return status
}

func extensions(o Operation) map[string]any {
	x := map[string]any{}
	for k, v := range map[string]string{"x-access": o.Access, "x-effect": o.Effect, "x-class": o.Class} {
		if v != "" {
			x[k] = v
		}
	}
	return x
}

func securitySchemes() map[string]*huma.SecurityScheme {
	bearer := func(text string) *huma.SecurityScheme {
		return &huma.SecurityScheme{Type: "http", Scheme: "bearer", Description: text}
	}
	return map[string]*huma.SecurityScheme{
		"adminKey":   bearer("The operators' key."),
		"serviceKey": bearer("The key of the app's own backend."),
		"userToken":  bearer("A user's token, as the existing backend issues it."),
	}
}

func security(access string) []map[string][]string {
	need := func(name string) map[string][]string { return map[string][]string{name: {}} }
	switch access {
	case "admin":
		return []map[string][]string{need("adminKey")}
	case "service":
		return []map[string][]string{need("serviceKey"), need("adminKey")}
	case "user":
		return []map[string][]string{need("userToken")}
	case "known":
		return []map[string][]string{{}, need("userToken")}
	default:
		return nil
	}
}
