package httpio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// curl is a command that asks for the operation, with values made up to its rules.
func (d *Document) curl(o *described, base string) string {
	path := o.path
	var query []string
	var headers []string
	for _, p := range o.op.Parameters {
		value := fmt.Sprint(d.sample(p.Schema, p.Name, nil, 0))
		switch {
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(value))
		case !p.Required:
		case p.In == "query":
			query = append(query, url.QueryEscape(p.Name)+"="+url.QueryEscape(value))
		case p.In == "header":
			headers = append(headers, p.Name+": "+value)
		}
	}
	target := base + path
	if len(query) > 0 {
		target += "?" + strings.Join(query, "&")
	}
	var b strings.Builder
	b.WriteString("curl -sS")
	if o.method != "GET" {
		b.WriteString(" -X " + o.method)
	}
	b.WriteString(" " + shellQuote(target))
	if name := map[string]string{"admin": "HOTLANE_ADMIN_KEY", "service": "HOTLANE_SERVICE_KEY", "user": "USER_TOKEN"}[o.Access]; name != "" {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $" + name + `"`)
	}
	for _, h := range headers {
		b.WriteString(" \\\n  -H " + shellQuote(h))
	}
	if body := o.op.RequestBody; body != nil {
		sample := d.sample(body.Content["application/json"].Schema, "", o.body, 0)
		text, err := json.Marshal(sample)
		if err != nil { // it is made of maps, lists and scalars: cannot happen
			panic(err)
		}
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d " + shellQuote(string(text)))
	}
	return b.String()
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// object keeps its members in order.
type object []objectMember

type objectMember struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

const sampleDepth = 5

// sample makes up a value: the example or default of the schema, the first of an enum, the smallest that the rules allow. Of
// an object it has the required members and those with an example.
func (d *Document) sample(s *huma.Schema, name string, t reflect.Type, depth int) any {
	switch {
	case s == nil || depth > sampleDepth:
		return nil
	case s.Ref != "":
		ref := strings.TrimPrefix(s.Ref, schemaPrefix)
		return d.sample(d.schemas.SchemaFromRef(s.Ref), name, d.names[ref], depth+1)
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeBoolean:
		return true
	case huma.TypeInteger, huma.TypeNumber:
		return sampleNumber(s)
	case huma.TypeString:
		return sampleString(s, name)
	case huma.TypeArray:
		return []any{d.sample(s.Items, name, nil, depth+1)}
	case huma.TypeObject:
		o := object{}
		for _, n := range memberOrder(s, t) {
			if m := s.Properties[n]; slices.Contains(s.Required, n) || len(m.Examples) > 0 {
				o = append(o, objectMember{n, d.sample(m, n, nil, depth+1)})
			}
		}
		return o
	default:
		return object{}
	}
}

func sampleNumber(s *huma.Schema) any {
	switch {
	case s.Minimum != nil && *s.Minimum > 0:
		return *s.Minimum
	case s.ExclusiveMinimum != nil && *s.ExclusiveMinimum >= 0:
		return *s.ExclusiveMinimum + 1
	case s.Maximum != nil && *s.Maximum < 1:
		return *s.Maximum
	default:
		return 1
	}
}

func sampleString(s *huma.Schema, name string) string {
	switch s.Format {
	case "date":
		return "2026-11-21"
	case "date-time":
		return "2026-11-21T12:30:00Z"
	case "uri":
		return "https://example.com/"
	case "email":
		return "someone@example.com"
	case "ip":
		return "192.0.2.1"
	}
	text := strings.ToLower(name)
	if text == "" {
		text = "text"
	}
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	for s.MinLength != nil && len(text) < *s.MinLength {
		text += "x"
	}
	return text
}
