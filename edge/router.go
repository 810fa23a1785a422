package edge

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// route is where the requests of one pattern go: exactly one of handler, forward and lane says how.
type route struct {
	pattern pattern
	handler http.Handler // answered here
	forward *forwarder   // passed on
	lane    string       // kept from the upstreams: 404 where the lane has no route of its own
	timeout time.Duration
	target  string // for the table and the metrics
	byRule  bool   // the config says so
}

// node is a path up to some segment. What follows is looked for in the order literal, @{name}, {name}, {name...}, with a way
// back, so that the most specific pattern that also has the method wins.
type node struct {
	literals map[string]*node
	prefixed []prefixedNode // the longest text first
	single   *node
	here     leaf // the path ends with this segment
	end      leaf // {$}: it ends with a slash behind it
	multi    leaf // {name...}, or a trailing slash
}

type prefixedNode struct {
	head string
	node *node
}

// leaf has the routes of one path by method; "" is for all methods.
type leaf map[string]*route

func (l leaf) pick(method string) *route {
	if r := l[method]; r != nil {
		return r
	}
	if method == http.MethodHead {
		if r := l[http.MethodGet]; r != nil {
			return r
		}
	}
	return l[""]
}

type router struct{ root node }

// add puts a local route in.
func (t *router) add(r *route) error {
	l := t.leaf(r.pattern)
	if old := l[r.pattern.method]; old != nil {
		return fmt.Errorf("the patterns %q and %q match the same requests", old.pattern.text, r.pattern.text)
	}
	l[r.pattern.method] = r
	return nil
}

// addRule puts a rule of the config in, which goes before a local route of the same pattern. A rule for a lane that has
// the pattern itself leaves it there.
func (t *router) addRule(r *route) error {
	l := t.leaf(r.pattern)
	old := l[r.pattern.method]
	switch {
	case old != nil && old.byRule:
		return fmt.Errorf("%q and %q match the same requests", old.pattern.text, r.pattern.text)
	case old == nil || r.forward != nil:
		l[r.pattern.method] = r
	case old.target != localTarget(r.lane):
		return fmt.Errorf("%q is %s, not the lane's", old.pattern.text, old.target)
	default:
		old.byRule, old.timeout = true, r.timeout
	}
	return nil
}

func localTarget(lane string) string { return strings.TrimSuffix("local:"+lane, ":") }

// leaf finds the place of a pattern and makes the way to it.
func (t *router) leaf(p pattern) leaf {
	n := &t.root
	last := &n.here
	for _, s := range p.segments {
		switch s.kind {
		case literal:
			if n.literals[s.text] == nil {
				if n.literals == nil {
					n.literals = map[string]*node{}
				}
				n.literals[s.text] = &node{}
			}
			n = n.literals[s.text]
			last = &n.here
		case prefixed:
			n = n.behind(s.head)
			last = &n.here
		case single:
			if n.single == nil {
				n.single = &node{}
			}
			n = n.single
			last = &n.here
		case multi:
			last = &n.multi
		case end:
			last = &n.end
		}
	}
	if *last == nil {
		*last = leaf{}
	}
	return *last
}

// behind finds the node of the segments that begin with head, and makes it.
func (n *node) behind(head string) *node {
	at := 0
	for i, p := range n.prefixed {
		if p.head == head {
			return p.node
		}
		if len(p.head) >= len(head) {
			at = i + 1
		}
	}
	next := &node{}
	n.prefixed = slices.Insert(n.prefixed, at, prefixedNode{head, next})
	return next
}

// search is one walk through the trie.
type search struct {
	method string
	values []string // of the wildcards on the way
	missed []leaf   // matched the path but not the method
}

// match finds the route of an escaped path as it came. Wildcards' values are set on the request. Without a route,
// allowed lists the methods that the path has.
func (t *router) match(r *http.Request, path string) (found *route, allowed []string) {
	if path == "" || path[0] != '/' {
		return nil, nil
	}
	s := search{method: r.Method}
	found = t.root.match(&s, path[1:])
	if found == nil || found.lane != "" {
		return found, s.allowed()
	}
	i := 0
	for _, seg := range found.pattern.segments {
		if seg.kind == single || seg.kind == prefixed || seg.kind == multi {
			if seg.text != "" {
				r.SetPathValue(seg.text, s.values[i])
			}
			i++
		}
	}
	r.Pattern = found.pattern.text
	return found, nil
}

func (n *node) match(s *search, rest string) *route {
	raw, tail, more := strings.Cut(rest, "/")
	text, err := raw, error(nil)
	if strings.IndexByte(raw, '%') >= 0 {
		if text, err = url.PathUnescape(raw); err != nil {
			return nil
		}
	}
	if next := n.literals[text]; next != nil {
		if r := next.descend(s, tail, more); r != nil {
			return r
		}
	}
	if raw == "" && !more {
		if r := s.pick(n.end); r != nil {
			return r
		}
	}
	for _, p := range n.prefixed {
		value, ok := strings.CutPrefix(text, p.head)
		if !ok || value == "" {
			continue
		}
		s.values = append(s.values, value)
		if r := p.node.descend(s, tail, more); r != nil {
			return r
		}
		s.values = s.values[:len(s.values)-1]
	}
	if n.single != nil && raw != "" {
		s.values = append(s.values, text)
		if r := n.single.descend(s, tail, more); r != nil {
			return r
		}
		s.values = s.values[:len(s.values)-1]
	}
	if n.multi == nil {
		return nil
	}
	value, err := url.PathUnescape(rest)
	if err != nil {
		return nil
	}
	r := s.pick(n.multi)
	if r != nil {
		s.values = append(s.values, value)
	}
	return r
}

func (n *node) descend(s *search, tail string, more bool) *route {
	if more {
		return n.match(s, tail)
	}
	return s.pick(n.here)
}

func (s *search) pick(l leaf) *route {
	if l == nil {
		return nil
	}
	r := l.pick(s.method)
	if r == nil || r.lane != "" {
		s.missed = append(s.missed, l)
	}
	return r
}

func (s *search) allowed() []string {
	set := map[string]bool{}
	for _, l := range s.missed {
		for method, r := range l {
			if r.lane != "" {
				continue // nothing answers there
			}
			set[method] = true
			if method == http.MethodGet {
				set[http.MethodHead] = true
			}
		}
	}
	return sortedKeys(set)
}

// Entry is one line of the route table.
type Entry struct {
	Pattern string
	Target  string // "local", "local:<lane>", "upstream:<name>", "refused" (404)
	Timeout time.Duration
}

func (n *node) table(into []Entry) []Entry {
	for _, l := range []leaf{n.here, n.end, n.multi} {
		for _, r := range l {
			into = append(into, Entry{Pattern: r.pattern.text, Target: r.target, Timeout: r.timeout})
		}
	}
	for _, next := range n.literals {
		into = next.table(into)
	}
	for _, p := range n.prefixed {
		into = p.node.table(into)
	}
	if n.single != nil {
		into = n.single.table(into)
	}
	return into
}

// Table lists where requests go, ordered by path and method. The last line, pattern "", is for what nothing matches.
func (e *Edge) Table() []Entry {
	entries := e.routes.root.table(nil)
	path := func(p string) string { return p[strings.Index(p, "/"):] }
	sort.Slice(entries, func(i, j int) bool {
		a, b := entries[i].Pattern, entries[j].Pattern
		if path(a) != path(b) {
			return path(a) < path(b)
		}
		return a < b
	})
	rest := Entry{Target: "refused"}
	if e.standard != nil {
		rest.Target = e.standard.target()
	}
	return append(entries, rest)
}

var (
	// ErrNoRoute is what a request is refused with that nothing matches, where there is no default upstream.
	ErrNoRoute = fault.New(fault.NotFound, "edge.no_route", "There is nothing at this path.")
	// ErrMethod is what a request is refused with whose path is there with other methods only; Allow lists them.
	ErrMethod = fault.New(fault.NotAllowed, "edge.method", "This path does not take this method.")
)
