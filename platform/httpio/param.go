package httpio

import (
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"strings"
)

// param is one field that is bound from outside the body.
type param struct {
	name     string
	label    string // "query:limit", as errors name it
	index    []int
	list     bool
	split    bool // a list's commas separate
	required bool
	set      setter // of the value, or of one item
	fill     func(reflect.Value)
	check    check
}

// params are the parameters of a request type, by where they come from. Query parameters are seen in a bit set.
type params struct{ path, query, header []param }

const maxQuery = 64

func newParams(fs []field, p pattern) (params, error) {
	var ps params
	for _, f := range fs {
		in, name, explode, is := f.param()
		if !is {
			continue
		}
		one, err := newParam(f, in, name, explode)
		if err != nil {
			return ps, err
		}
		switch in {
		case "path":
			if !p.has(name) {
				return ps, fmt.Errorf("%s: the pattern has no {%s}", f.Name, name)
			}
			ps.path = append(ps.path, one)
		case "query":
			ps.query = append(ps.query, one)
		case "header":
			one.name = textproto.CanonicalMIMEHeaderKey(name)
			ps.header = append(ps.header, one)
		}
	}
	if len(ps.query) > maxQuery {
		return ps, fmt.Errorf("more than %d query parameters", maxQuery)
	}
	return ps, nil
}

func newParam(f field, in, name string, explode bool) (param, error) {
	p := param{name: name, label: in + ":" + name, index: f.path, split: !explode}
	t := f.Type
	if t.Kind() == reflect.Slice && !has(t, textType) {
		p.list, t = true, t.Elem()
	}
	var err error
	if name == "" {
		return p, fmt.Errorf("%s: the %s tag is empty", f.Name, in)
	}
	if p.set, err = setterOf(t, f); err != nil {
		return p, err
	}
	if p.required, err = f.required(in == "path"); err != nil {
		return p, err
	}
	if p.check, err = (ruleBook{}).ofValue(f.Type, f); err != nil {
		return p, fmt.Errorf("%s: %w", f.Name, err)
	}
	if p.fill, err = defaultOf(f, p.check); err != nil {
		return p, fmt.Errorf("%s: default: %w", f.Name, err)
	}
	return p, nil
}

func (ps *params) bind(r *http.Request, in reflect.Value, w *walk) {
	for i := range ps.path {
		p := &ps.path[i]
		p.take(in, r.PathValue(p.name), w)
		p.finish(in, true, w)
	}
	if len(ps.query) > 0 {
		ps.bindQuery(r.URL.RawQuery, in, w)
	}
	for i := range ps.header {
		p := &ps.header[i]
		values := r.Header[p.name]
		if len(values) > 1 && !p.list {
			p.fail(w, ruleOnce)
			continue
		}
		for _, v := range values {
			p.take(in, v, w)
		}
		p.finish(in, len(values) > 0, w)
	}
}

// bindQuery reads the raw query: only "&" separates, as browsers have it, and what is not asked for is not even unescaped.
func (ps *params) bindQuery(raw string, in reflect.Value, w *walk) {
	var seen uint64
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		key, value, _ := strings.Cut(pair, "=")
		i := ps.find(key)
		if i < 0 {
			continue
		}
		p := &ps.query[i]
		if seen&(1<<i) != 0 && !p.list {
			p.fail(w, ruleOnce)
			continue
		}
		seen |= 1 << i
		text, err := url.QueryUnescape(value)
		if err != nil {
			p.fail(w, ruleEscape)
			continue
		}
		p.take(in, text, w)
	}
	for i := range ps.query {
		ps.query[i].finish(in, seen&(1<<i) != 0, w)
	}
}

func (ps *params) find(key string) int {
	if strings.ContainsAny(key, "%+") {
		plain, err := url.QueryUnescape(key)
		if err != nil {
			return -1
		}
		key = plain
	}
	for i := range ps.query {
		if ps.query[i].name == key {
			return i
		}
	}
	return -1
}

// take sets one text, or appends it to the list.
func (p *param) take(in reflect.Value, text string, w *walk) {
	v := in.FieldByIndex(p.index)
	if !p.list {
		if rule := p.set(v, text); rule != "" {
			p.fail(w, rule)
		}
		return
	}
	if !p.split {
		p.add(v, text, w)
		return
	}
	for item := range strings.SplitSeq(text, ",") {
		p.add(v, strings.TrimSpace(item), w)
	}
}

func (p *param) add(v reflect.Value, text string, w *walk) {
	n := v.Len()
	v.Grow(1)
	v.SetLen(n + 1)
	v.Index(n).SetZero()
	if rule := p.set(v.Index(n), text); rule != "" {
		p.fail(w, rule)
	}
}

// finish checks what was given, or fills in what was not.
func (p *param) finish(in reflect.Value, given bool, w *walk) {
	switch {
	case !given && p.required:
		p.fail(w, ruleRequired)
	case !given && p.fill != nil:
		p.fill(in.FieldByIndex(p.index))
	case given && p.check != nil && !p.failed(w):
		w.base = p.label
		p.check(in.FieldByIndex(p.index), w)
		w.base = ""
	}
}

func (p *param) failed(w *walk) bool {
	return len(w.fields) > 0 && w.fields[len(w.fields)-1].Pointer == p.label
}

func (p *param) fail(w *walk, rule string) {
	if p.failed(w) {
		return // one rule is enough to go on with
	}
	w.base = p.label
	w.fail(rule)
	w.base = ""
}
