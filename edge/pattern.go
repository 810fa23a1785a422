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
	literal  segmentKind = iota // this very segment
	single                      // {name}: one segment, not empty
	prefixed                    // @{name}: one segment that begins with a text and has more behind it
	multi                       // {name...}: all that is left, may be empty; also what a trailing slash means
	end                         // {$}: the path ends with the slash before it
)

type segment struct {
	kind segmentKind
	text string // a literal's unescaped text, or the wildcard's name
	head string // prefixed: what comes before the wildcard, unescaped
}

// pattern is "METHOD /path": the syntax and meaning of net/http's ServeMux, without host, cleaning and redirects. Beyond it a
// wildcard may have a text before it in its segment: /@{name} takes the pages of people, and leaves all other paths of the site alone.
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
		return s.kind == t.kind && s.head == t.head && (s.kind != literal || s.text == t.text)
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
		if s.named() {
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
	head, name, _ := strings.Cut(part, "{")
	if strings.Contains(head, "}") || !strings.HasSuffix(name, "}") {
		return segment{}, fmt.Errorf("must have wildcards that end their segment: %q does not", part)
	}
	name = name[:len(name)-1]
	if head != "" {
		return parsePrefixed(part, head, name)
	}
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

func parsePrefixed(part, head, name string) (segment, error) {
	text, err := url.PathUnescape(head)
	if err != nil {
		return segment{}, fmt.Errorf("must be escaped well: %q is not", part)
	}
	if !isName(name) {
		return segment{}, fmt.Errorf("must name its wildcards with letters, digits and _: %q does not", part)
	}
	return segment{kind: prefixed, text: name, head: text}, nil
}

// named reports whether requests get a value by the segment's name.
func (s segment) named() bool {
	return s.kind == single || s.kind == prefixed || s.kind == multi && s.text != ""
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
