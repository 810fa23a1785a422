package edge

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

type segmentKind uint8

const (
	literal segmentKind = iota // this very segment
	single                     // {name}: one segment, not empty
	multi                      // {name...}: all that is left, may be empty; also what a trailing slash means
	end                        // {$}: the path ends with the slash before it
)

type segment struct {
	kind segmentKind
	text string // a literal's unescaped text, or the wildcard's name
}

// pattern is "METHOD /path": the syntax and meaning of net/http's ServeMux, without host, cleaning and redirects.
type pattern struct {
	text     string
	method   string // "" for all
	segments []segment
}

// SamePattern reports whether two patterns match the same requests, whatever their wildcards are called. Those that are none match nothing.
func SamePattern(a, b string) bool {
	p, err1 := parsePattern(a)
	q, err2 := parsePattern(b)
	return err1 == nil && err2 == nil && p.method == q.method && slices.EqualFunc(p.segments, q.segments, func(s, t segment) bool {
		return s.kind == t.kind && (s.kind != literal || s.text == t.text)
	})
}

func parsePattern(text string) (pattern, error) {
	p := pattern{text: text}
	path := text
	if method, rest, ok := strings.Cut(text, " "); ok {
		p.method, path = method, strings.TrimLeft(rest, " ")
		if !httpguts.ValidHeaderFieldName(method) || method != strings.ToUpper(method) {
			return p, fmt.Errorf("must begin with a method in capitals or a path, not %q", method)
		}
	}
	if !strings.HasPrefix(path, "/") {
		return p, errors.New(`must have a path that begins with /, such as "POST /v1/things/{id}"`)
	}
	parts := strings.Split(path[1:], "/")
	seen := map[string]bool{}
	for i, part := range parts {
		s, err := parseSegment(part, i == len(parts)-1)
		if err != nil {
			return p, err
		}
		if s.kind == single || s.kind == multi && s.text != "" {
			if seen[s.text] {
				return p, fmt.Errorf("must not name {%s} twice", s.text)
			}
			seen[s.text] = true
		}
		p.segments = append(p.segments, s)
	}
	return p, nil
}

func parseSegment(part string, last bool) (segment, error) {
	if part == "" && last {
		return segment{kind: multi}, nil
	}
	if !strings.ContainsAny(part, "{}") {
		text, err := url.PathUnescape(part)
		if err != nil {
			return segment{}, fmt.Errorf("must be escaped well: %q is not", part)
		}
		return segment{kind: literal, text: text}, nil
	}
	if !strings.HasPrefix(part, "{") || !strings.HasSuffix(part, "}") {
		return segment{}, fmt.Errorf("must have wildcards that fill a whole segment: %q does not", part)
	}
	name := part[1 : len(part)-1]
	name, rest := strings.CutSuffix(name, "...")
	switch {
	case (name == "$" || rest) && !last:
		return segment{}, fmt.Errorf("must have %s at its end only", part)
	case name == "$" && !rest:
		return segment{kind: end}, nil
	case !isName(name):
		return segment{}, fmt.Errorf("must name its wildcards with letters, digits and _: %q does not", part)
	case rest:
		return segment{kind: multi, text: name}, nil
	}
	return segment{kind: single, text: name}, nil
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
