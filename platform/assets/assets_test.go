package assets_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotlane/hotlane/platform/assets"
)

func files(css string) fstest.MapFS {
	return fstest.MapFS{
		"page.html":    {Data: []byte("a template, not an asset")},
		"web/a.css":    {Data: []byte(css)},
		"web/js/a.js":  {Data: []byte(`import "./b.js";`)},
		"web/js/b.js":  {Data: []byte("export {};")},
		"web/icon.svg": {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		"web/data.bin": {Data: []byte{0, 1}},
	}
}

func get(s *assets.Set, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL.Path = path
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

const (
	forGood = "public, max-age=31536000, immutable"
	again   = "no-cache"
	never   = "no-store"
)

func TestServe(t *testing.T) {
	s := assets.New(files("a{}"), "/notes/assets", "web")
	etag := get(s, s.URL("web/a.css")).Header().Get("ETag")
	tests := []struct {
		name, path  string
		match       string
		status      int
		cache, kind string
	}{
		{"the version of now", s.URL("web/a.css"), "", 200, forGood, "text/css; charset=utf-8"},
		{"a router took the prefix off", strings.TrimPrefix(s.URL("web/a.css"), "/notes/assets"), "", 200, forGood, "text/css; charset=utf-8"},
		{"a relative import", strings.Replace(s.URL("web/js/a.js"), "a.js", "b.js", 1), "", 200, forGood, "text/javascript; charset=utf-8"},
		{"a picture", s.URL("web/icon.svg"), "", 200, forGood, "image/svg+xml"},
		{"of no known kind", s.URL("web/data.bin"), "", 200, forGood, "application/octet-stream"},
		{"no version", "/notes/assets/web/a.css", "", 200, again, "text/css; charset=utf-8"},
		{"of another generation", "/notes/assets/0123456789abcdef/web/a.css", "", 200, again, "text/css; charset=utf-8"},
		{"unchanged", s.URL("web/a.css"), etag, 304, forGood, ""},
		{"unchanged, by a weak tag", "/notes/assets/web/a.css", `"other", W/` + etag, 304, again, ""},
		{"changed", s.URL("web/a.css"), `"other"`, 200, forGood, "text/css; charset=utf-8"},
		{"not there", "/notes/assets/web/none.css", "", 404, never, "text/plain; charset=utf-8"},
		{"a folder", "/notes/assets/web/", "", 404, never, "text/plain; charset=utf-8"},
		{"not named", "/notes/assets/page.html", "", 404, never, "text/plain; charset=utf-8"},
		{"above", "/notes/assets/web/../page.html", "", 404, never, "text/plain; charset=utf-8"},
		{"nothing", "/notes/assets/", "", 404, never, "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := get(s, tt.path, "If-None-Match", tt.match)
			h := w.Header()
			if w.Code != tt.status || h.Get("Cache-Control") != tt.cache || h.Get("Content-Type") != tt.kind {
				t.Errorf("%d, %q, %q; want %d, %q, %q", w.Code, h.Get("Cache-Control"), h.Get("Content-Type"), tt.status, tt.cache, tt.kind)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || (tt.status == 304) != (w.Body.Len() == 0) {
				t.Errorf("%v, %q", h, w.Body)
			}
		})
	}
}

// A module of one generation must never import one of another: when any file of the set changes, the path of each does.
func TestVersion(t *testing.T) {
	one, same, other := assets.New(files("a{}"), "/x"), assets.New(files("a{}"), "/x"), assets.New(files("b{}"), "/x")
	if one.URL("web/js/a.js") != same.URL("web/js/a.js") {
		t.Error("the same files have another version")
	}
	if one.URL("web/js/a.js") == other.URL("web/js/a.js") {
		t.Error("a file changed and the version did not")
	}
	moved := files("a{}")
	moved["web/z.css"] = moved["web/a.css"]
	delete(moved, "web/a.css")
	if one.URL("web/js/a.js") == assets.New(moved, "/x").URL("web/js/a.js") {
		t.Error("a file has another name and the version did not change")
	}
	w := get(other, one.URL("web/a.css"))
	if w.Code != 200 || w.Header().Get("Cache-Control") != again || w.Body.String() != "b{}" {
		t.Errorf("the old path with the new program: %d, %q, %q", w.Code, w.Header().Get("Cache-Control"), w.Body)
	}
}

func TestPattern(t *testing.T) {
	for _, prefix := range []string{"/notes/assets", "/notes/assets/", "notes/assets"} {
		s := assets.New(files(""), prefix)
		if s.Pattern() != "GET /notes/assets/{file...}" || !strings.HasPrefix(s.URL("web/a.css"), "/notes/assets/") {
			t.Errorf("%q: %s, %s", prefix, s.Pattern(), s.URL("web/a.css"))
		}
	}
}

func TestMistakes(t *testing.T) {
	for name, mistake := range map[string]func(){
		"a name that is not there": func() { assets.New(files(""), "/x", "web/none.css") },
		"the URL of no file":       func() { assets.New(files(""), "/x", "web").URL("page.html") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is taken")
				}
			}()
			mistake()
		})
	}
}
