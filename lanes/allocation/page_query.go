package allocation

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// query is what the page is asked to show: the language, who is looking, and what is to be explained.
type query struct {
	lang       string
	placement  string
	find       string
	user       string
	given      url.Values // attributes as they were typed
	attributes targeting.Request
}

// What a query may hold besides attributes.
const (
	maxGiven = 40  // attributes
	maxTyped = 200 // bytes of one
)

// pageQuery takes what it understands: a page does not refuse what somebody typed into its form.
func pageQuery(in url.Values, schema targeting.Schema, lang string) query {
	q := query{
		lang: lang, placement: in.Get("placement"), find: clipped(strings.TrimSpace(in.Get("q"))),
		user: clipped(in.Get("user")), given: url.Values{},
	}
	names := make([]string, 0, len(in))
	for name := range in {
		if _, ok := schema.Kind(name); ok && name != "user.id" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), maxGiven)] {
		kind, _ := schema.Kind(name)
		q.add(name, kind, in[name])
	}
	return q
}

func (q *query) add(name string, kind targeting.Kind, typed []string) {
	var values []string
	for _, v := range typed {
		if v = clipped(strings.TrimSpace(v)); v != "" {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return
	}
	first := values[0]
	switch kind {
	case targeting.Number:
		n, err := strconv.ParseFloat(first, 64)
		if err != nil || n-n != 0 { // no number, or none that can be compared
			return
		}
		q.attributes.AddNumber(name, n)
	case targeting.Geo:
		lat, lon, ok := point(first)
		if !ok {
			return
		}
		q.attributes.AddPoint(name, lat, lon)
	case targeting.Text:
		if several[name] {
			q.attributes.AddList(name, values)
			break
		}
		q.attributes.AddText(name, first)
	default:
		q.attributes.AddText(name, first)
	}
	q.given[name] = values
}

// several are the attributes of which a person has more than one.
var several = map[string]bool{"interests": true, "segments": true}

func point(s string) (lat, lon float64, ok bool) {
	a, b, _ := strings.Cut(s, ",")
	lat, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lon, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	return lat, lon, err1 == nil && err2 == nil && lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180
}

func clipped(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxTyped)], "")
}

// url is the address of the page with this query, and what is changed.
func (q *query) url(change func(url.Values)) string {
	v := url.Values{}
	for name, values := range q.given {
		v[name] = values
	}
	for name, value := range map[string]string{"lang": q.lang, "placement": q.placement, "user": q.user, "q": q.find} {
		if value != "" {
			v.Set(name, value)
		}
	}
	change(v)
	return "/allocation?" + v.Encode()
}

// facet is one attribute that somebody who looks may have.
type facet struct {
	Name, Label, Value, Hint string
	Number, Several          bool
	Options                  []option
}

type option struct {
	Value, Label string
	Chosen       bool
}

const (
	facetItems = 500 // the best of each list say what targeting is about
	maxFacets  = 8
	maxOptions = 24
)

// attributesOf finds what the line items' targeting asks for, the most asked for first, with the values it names.
func attributesOf(c *catalogue, schema targeting.Schema) map[string]map[string]bool {
	found := map[string]map[string]bool{}
	for _, items := range c.items {
		for _, it := range items[:min(len(items), facetItems)] {
			expr, err := it.Targeting.Parse(schema)
			if err != nil || expr == nil {
				continue
			}
			expr.Predicates(func(p *targeting.Predicate) {
				if found[p.Attr] == nil {
					found[p.Attr] = map[string]bool{}
				}
				if p.Op != targeting.In {
					return
				}
				for _, v := range p.Values[:min(len(p.Values), maxOptions+1)] {
					found[p.Attr][v] = true
				}
			})
		}
	}
	return found
}

var facetOrder = []string{"os", "app_version", "age", "gender", "region", "location", "interests"}

// facets makes the form's fields of what targeting asks for.
func (q *query) facets(found map[string]map[string]bool, schema targeting.Schema) []facet {
	names := make([]string, 0, len(found))
	for name := range found {
		if name != "user.id" && name != "segments" {
			names = append(names, name)
		}
	}
	place := func(name string) int {
		if i := slices.Index(facetOrder, name); i >= 0 {
			return i
		}
		return len(facetOrder)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), strings.Compare(a, b)) })
	list := make([]facet, 0, len(names))
	for _, name := range names[:min(len(names), maxFacets)] {
		kind, _ := schema.Kind(name)
		f := facet{
			Name: name, Label: named(attributeWords[q.lang], name), Value: q.given.Get(name), Number: kind == targeting.Number,
			Several: several[name], Hint: map[targeting.Kind]string{targeting.Version: "5.3.1", targeting.Geo: "37.498, 127.028"}[kind],
		}
		if kind == targeting.Text && len(found[name]) <= maxOptions {
			for value := range found[name] {
				f.Options = append(f.Options, option{value, named(valueWords[q.lang], value), slices.Contains(q.given[name], value)})
			}
			slices.SortFunc(f.Options, func(a, b option) int { return strings.Compare(a.Label, b.Label) })
		}
		list = append(list, f)
	}
	return list
}
