package httpio

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsText string

var docsPage = template.Must(template.New("docs").Funcs(template.FuncMap{
	"rows": func(rows []docsRow, w docsWords, asked bool) docsRows { return docsRows{rows, w, asked} },
	"breaks": func(path string) template.HTML { // lines break in front of slashes
		return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(path), "/", "<wbr>/")) //nolint:gosec // escaped
	},
}).Parse(docsText))

type docsRows struct {
	Rows  []docsRow
	Words docsWords
	Asked bool // of a client: then it matters what is required
}

// docs is the document as its page shows it.
type docs struct {
	Title, Version string
	Words          docsWords
	Groups         []docsGroup
	Schemas        []docsSchema
	Count          int
}

type docsGroup struct {
	Name string
	Ops  []docsOp
}

type docsOp struct {
	ID, Method, Path     string
	Summary, Description string
	Access, AccessText   string
	Effect, Class        string
	Params               []docsRow
	Body, Answer         []docsRow
	BodyType, AnswerType docsType
	HasBody, HasAnswer   bool
	Status               string
	Curl, Search         string
	Open                 bool
}

// docsRow is one parameter or member.
type docsRow struct {
	Name, In string
	Type     docsType
	Required bool
	Rules    []string
	Doc      string
}

// docsType is a type in words; Link is the id of a schema on the page.
type docsType struct{ Before, Name, Link, After string }

type docsSchema struct {
	ID, Name string
	Rows     []docsRow
}

var plainBase = regexp.MustCompile(`^https?://[A-Za-z0-9.:\[\]-]+$`)

// Page is the document as HTML to read, for the body of a page that has css/docs.css and js/docs.js. The curl examples
// go to base, "http://localhost:8080", unless a shell could misread it: it may come from a Host header. lang is "en" or "ko".
func (d *Document) Page(base, lang string) (template.HTML, error) {
	if !plainBase.MatchString(base) {
		base = "http://localhost:8080"
	}
	p := docs{Title: d.api.Info.Title, Version: d.api.Info.Version, Words: docsWordsOf(lang), Count: len(d.order)}
	for _, o := range d.order {
		i := slices.IndexFunc(p.Groups, func(g docsGroup) bool { return g.Name == o.Tag })
		if i < 0 {
			i = len(p.Groups)
			p.Groups = append(p.Groups, docsGroup{Name: o.Tag})
		}
		op := d.docsOp(o, base, p.Words)
		op.Open = len(p.Groups) == 1 && len(p.Groups[i].Ops) == 0
		p.Groups[i].Ops = append(p.Groups[i].Ops, op)
	}
	all := d.schemas.Map()
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		s := all[name]
		p.Schemas = append(p.Schemas, docsSchema{ID: "schema-" + name, Name: name, Rows: d.rows(s, d.names[name])})
	}
	var b bytes.Buffer
	if err := docsPage.Execute(&b, p); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil //nolint:gosec // from a template
}

func (d *Document) docsOp(o *described, base string, words docsWords) docsOp {
	op := docsOp{
		ID: o.op.OperationID, Method: o.method, Path: o.path, Summary: o.Summary, Description: o.Description,
		Access: o.Access, AccessText: words.access(o.Access), Effect: o.Effect, Class: o.Class,
		Curl:   d.curl(o, base),
		Search: strings.ToLower(strings.Join([]string{o.method, o.path, o.Summary, o.Description, o.Tag, o.Access}, " ")),
	}
	for _, p := range o.op.Parameters {
		row := docsRow{Name: p.Name, In: p.In, Type: typeOf(p.Schema), Required: p.Required, Rules: rulesOf(p.Schema), Doc: p.Description}
		op.Params = append(op.Params, row)
	}
	if b := o.op.RequestBody; b != nil {
		s := b.Content["application/json"].Schema
		op.HasBody, op.BodyType, op.Body = true, typeOf(s), d.rows(d.resolve(s), o.body)
	}
	for status, res := range o.op.Responses {
		if status == "default" {
			continue
		}
		op.Status = status + " " + http.StatusText(atoi(status))
		if c := res.Content["application/json"]; c != nil {
			op.HasAnswer, op.AnswerType, op.Answer = true, typeOf(c.Schema), d.rows(d.resolve(c.Schema), o.answer)
		}
	}
	return op
}

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n)
	return n
}

func (d *Document) resolve(s *huma.Schema) *huma.Schema {
	if s.Ref != "" {
		return d.schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// rows are the members of an object, as its type declares them.
func (d *Document) rows(s *huma.Schema, t reflect.Type) []docsRow {
	if s == nil {
		return nil
	}
	var rows []docsRow
	for _, name := range memberOrder(s, t) {
		m := s.Properties[name]
		rows = append(rows, docsRow{
			Name: name, Type: typeOf(m), Required: slices.Contains(s.Required, name), Rules: rulesOf(m), Doc: m.Description,
		})
	}
	return rows
}

// memberOrder is the order of the type's fields; without a type, of the alphabet.
func memberOrder(s *huma.Schema, t reflect.Type) []string {
	var names []string
	if t != nil && deref(t).Kind() == reflect.Struct {
		fs, err := fieldsOf(deref(t))
		if err != nil {
			return nil
		}
		for _, f := range fs {
			if n := f.jsonName(); s.Properties[n] != nil && !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		return names
	}
	for n := range s.Properties {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
