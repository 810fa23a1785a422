package httpio

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// pattern is "METHOD /path/{name}/@{name}/{rest...}", as routes have it.
type pattern struct {
	method string
	path   string
	names  []string // of its wildcards, in order
}

func parsePattern(s string) (pattern, error) {
	method, path, ok := strings.Cut(s, " ")
	if !ok || method == "" || !strings.HasPrefix(path, "/") {
		return pattern{}, fmt.Errorf("pattern %q: want METHOD /path", s)
	}
	p := pattern{method: method, path: path}
	for seg := range strings.SplitSeq(path[1:], "/") {
		_, name, wild := strings.Cut(seg, "{")
		if !wild || !strings.HasSuffix(name, "}") || seg == "{$}" {
			continue
		}
		p.names = append(p.names, strings.TrimSuffix(name[:len(name)-1], "..."))
	}
	return p, nil
}

func (p pattern) has(name string) bool { return slices.Contains(p.names, name) }

// bodiless reports whether requests of this method have no body that means anything.
func (p pattern) bodiless() bool {
	return p.method == http.MethodGet || p.method == http.MethodHead
}
