package lanetest

import (
	"net/http"
	"net/url"
	"strings"
)

// register puts a route on net/http's router, which has no wildcards with a text before them: there /@{name} is /{name}, and
// what does not begin with the text is not found. (The edge, which the program has, leaves it to the other routes.)
func register(mux *http.ServeMux, pattern string, next http.Handler) {
	heads := map[string]string{} // by wildcard
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		head, name, wild := strings.Cut(part, "{")
		if text, err := url.PathUnescape(head); wild && head != "" && err == nil {
			parts[i] = "{" + name
			heads[strings.TrimSuffix(name, "}")] = text
		}
	}
	if len(heads) == 0 {
		mux.Handle(pattern, next)
		return
	}
	mux.HandleFunc(strings.Join(parts, "/"), func(w http.ResponseWriter, r *http.Request) {
		for name, head := range heads {
			value, ok := strings.CutPrefix(r.PathValue(name), head)
			if !ok || value == "" {
				http.NotFound(w, r)
				return
			}
			r.SetPathValue(name, value)
		}
		r.Pattern = pattern
		next.ServeHTTP(w, r)
	})
}
