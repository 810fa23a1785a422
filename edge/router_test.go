package edge

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
)

// echo answers with the pattern that matched and the values of these wildcards.
func echo(names ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Pattern)
		for _, n := range names {
			fmt.Fprintf(w, " %s=%s", n, r.PathValue(n))
		}
	})
}

func echoes(patterns ...string) (locals []Local) {
	for _, p := range patterns {
		locals = append(locals, Local{Lane: "it", Pattern: p, Handler: echo("id", "rest")})
	}
	return locals
}

func mustNew(t testing.TB, cfg Config, locals ...Local) *Edge {
	t.Helper()
	e, err := New(cfg, locals, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// ask sends a request straight to the handler.
func ask(e *Edge, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestTheMostSpecificPatternWins(t *testing.T) {
	e := mustNew(t, DefaultConfig(), echoes("GET /", "GET /{$}", "GET /a/{id}", "GET /a/b", "POST /a/b", "GET /a/{id}/c", "GET /a/b/{rest...}",
		"/any", "GET /d/", "GET /d/{$}", "GET /e/{id}/{$}", "DELETE /a/{id}", "GET /f%20g/{id}")...)
	for request, want := range map[string]string{
		"GET /":             "GET /{$} id= rest=",
		"GET /x/y":          "GET / id= rest=",
		"GET //":            "GET / id= rest=",
		"GET /a/b":          "GET /a/b id= rest=",
		"HEAD /a/b":         "GET /a/b id= rest=",
		"POST /a/b":         "POST /a/b id= rest=",
		"DELETE /a/b":       "DELETE /a/{id} id=b rest=",
		"GET /a/x":          "GET /a/{id} id=x rest=",
		"GET /a/x%2Fy":      "GET /a/{id} id=x/y rest=",
		"GET /a/%78%20":     "GET /a/{id} id=x  rest=",
		"GET /%61/b":        "GET /a/b id= rest=",
		"GET /a/":           "GET / id= rest=",
		"GET /a":            "GET / id= rest=",
		"GET /a/x/c":        "GET /a/{id}/c id=x rest=",
		"GET /a/b/c":        "GET /a/b/{rest...} id= rest=c",
		"GET /a/b/c%2Fd/e/": "GET /a/b/{rest...} id= rest=c/d/e/",
		"GET /a/b/":         "GET /a/b/{rest...} id= rest=",
		"PATCH /any":        "/any id= rest=",
		"GET /d/":           "GET /d/{$} id= rest=",
		"GET /d/../x":       "GET /d/ id= rest=",
		"GET /e/1/":         "GET /e/{id}/{$} id=1 rest=",
		"GET /e/1":          "GET / id= rest=",
		"GET /f%20g/1?a=/b": "GET /f%20g/{id} id=1 rest=",
		"GET /A/b":          "GET / id= rest=",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := ask(e, method, target); got.Code != 200 || got.Body.String() != want {
			t.Errorf("%s: %d %q, want %q", request, got.Code, got.Body, want)
		}
	}
}

// A text before a wildcard makes a pattern that takes what begins with it and nothing else.
func TestATextBeforeAWildcard(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Default, cfg.Upstreams = "old", map[string]Upstream{"old": {URLs: []string{"http://old"}}}
	e, err := New(cfg, echoes("GET /@{id}", "GET /@{id}/posts/{rest}", "GET /@@{id}", "GET /@me", "GET /in/p-{id}/{rest...}", "GET /in/{id}"),
		Deps{Transport: fake(hosts)})
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"GET /@haru":           "GET /@{id} id=haru rest=",
		"HEAD /@haru":          "GET /@{id} id=haru rest=",
		"GET /%40haru?lang=ko": "GET /@{id} id=haru rest=",
		"GET /@a%2Fb%20c":      "GET /@{id} id=a/b c rest=",
		"GET /@%ED%95%98":      "GET /@{id} id=하 rest=",
		"GET /@me":             "GET /@me id= rest=",
		"GET /@@x":             "GET /@@{id} id=x rest=",
		"GET /@@":              "GET /@{id} id=@ rest=",
		"GET /@haru/posts/7":   "GET /@{id}/posts/{rest} id=haru rest=7",
		"GET /in/p-1/a/b":      "GET /in/p-{id}/{rest...} id=1 rest=a/b",
		"GET /in/p-":           "GET /in/{id} id=p- rest=",
		"GET /in/p-1":          "GET /in/{id} id=p-1 rest=", // there is nothing by that pattern without a slash
		"GET /@":               "old",
		"GET /@haru/":          "old",
		"GET /@haru/x":         "old",
		"GET /haru":            "old",
		"GET /a@haru":          "old",
		"GET /":                "old",
	} {
		method, target, _ := strings.Cut(request, " ")
		if got := ask(e, method, target); got.Code != 200 || got.Body.String() != want {
			t.Errorf("%s: %d %q, want %q", request, got.Code, got.Body, want)
		}
	}
	var table []string
	for _, l := range e.Table() {
		table = append(table, l.Pattern)
	}
	want := []string{
		"GET /@@{id}", "GET /@me", "GET /@{id}", "GET /@{id}/posts/{rest}", "GET /in/p-{id}/{rest...}", "GET /in/{id}", "",
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Error(diff)
	}
}

// Where no path has empty or dot segments, which ServeMux redirects, the router must choose as net/http's ServeMux does.
func TestTheRouterChoosesAsServeMux(t *testing.T) {
	segments := []string{"a", "b", "{x}", "{y}"}
	rapid.Check(t, func(t *rapid.T) {
		mux := http.NewServeMux()
		var locals []Local
		for range rapid.IntRange(1, 6).Draw(t, "patterns") {
			path := "/" + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(segments), 0, 3, rapid.ID[string]).Draw(t, "path"), "/")
			if path != "/" {
				path += rapid.SampledFrom([]string{"", "/", "/{$}", "/{rest...}"}).Draw(t, "end")
			}
			l := Local{Pattern: rapid.SampledFrom([]string{"GET ", "POST ", ""}).Draw(t, "method") + path, Handler: echo("x", "y", "rest")}
			if registers(mux, l) {
				locals = append(locals, l)
			}
		}
		e, err := New(DefaultConfig(), locals, Deps{})
		if err != nil {
			t.Fatal(err)
		}
		method := rapid.SampledFrom([]string{"GET", "POST", "HEAD", "PUT"}).Draw(t, "request")
		target := "/" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "a%2Fb"}), 0, 4).Draw(t, "target"), "/")
		if target != "/" && rapid.Bool().Draw(t, "slash") {
			target += "/"
		}
		theirs := httptest.NewRecorder()
		mux.ServeHTTP(theirs, httptest.NewRequest(method, target, nil))
		if theirs.Code == http.StatusTemporaryRedirect || theirs.Code == http.StatusMovedPermanently {
			return
		}
		ours := ask(e, method, target)
		if (ours.Code == 200) != (theirs.Code == 200) || ours.Code == 200 && ours.Body.String() != theirs.Body.String() {
			t.Fatalf("%s %s: %d %q, ServeMux %d %q", method, target, ours.Code, ours.Body, theirs.Code, theirs.Body)
		}
		if !strings.HasSuffix(target, "/") {
			return // ServeMux's 405 also looks where a redirect would lead
		}
		if ours.Code != theirs.Code || ours.Header().Get("Allow") != theirs.Header().Get("Allow") {
			t.Fatalf("Allow %q, ServeMux %q", ours.Header().Get("Allow"), theirs.Header().Get("Allow"))
		}
	})
}

// registers reports whether ServeMux takes the pattern beside the others: it panics at a conflict.
func registers(mux *http.ServeMux, l Local) (ok bool) {
	defer func() { ok = recover() == nil }()
	mux.Handle(l.Pattern, l.Handler)
	return true
}

func TestBadPatterns(t *testing.T) {
	for _, p := range []string{
		"", "a", "GET", "GET a", "get /", "G T /", "GET /{", "GET /{a}b", "GET /a{b}c", "GET /a}{b}", "GET /a{b...}",
		"GET /a{$}", "GET /a{}", "GET /%zz{b}", "GET /{a}-{b}", "GET /@{a}/@{a}", "GET /{}", "GET /{1}", "GET /{a}/{a}", "GET /{a...}/b",
		"GET /{$}/b", "GET /%zz", "GET http://a/b",
	} {
		if _, err := New(DefaultConfig(), []Local{{Pattern: p, Handler: echo()}}, Deps{}); err == nil {
			t.Errorf("%q was taken", p)
		}
	}
	if _, err := New(DefaultConfig(), echoes("GET /{a}", "GET /{b}"), Deps{}); err == nil {
		t.Error("two patterns for the same requests were taken")
	}
}

func TestSamePattern(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"GET /v1/things/{id}", "GET /v1/things/{name}", true},
		{"GET /v1/things/{id}", "POST /v1/things/{id}", false},
		{"/v1/things/{id}", "GET /v1/things/{id}", false},
		{"/v1/", "/v1/{rest...}", true},
		{"/v1/{$}", "/v1/", false},
		{"/v1/%61", "/v1/a", true},
		{"/v1/a", "/v1/b", false},
		{"/@{id}", "/%40{name}", true},
		{"/@{id}", "/{id}", false},
		{"/@{id}", "/~{id}", false},
		{"v1", "v1", false},
	} {
		if got := SamePattern(c.a, c.b); got != c.same {
			t.Errorf("%s and %s: %t", c.a, c.b, got)
		}
	}
}

func TestWhereThereIsNoUpstream(t *testing.T) {
	e := mustNew(t, DefaultConfig(), echoes("GET /a", "POST /a")...)
	for request, want := range map[string]int{"GET /b": 404, "PUT /a": 405, "HEAD /a": 200} {
		method, target, _ := strings.Cut(request, " ")
		w := ask(e, method, target)
		if w.Code != want {
			t.Errorf("%s: %d, want %d", request, w.Code, want)
		}
		if allow := w.Header().Get("Allow"); want == 405 && allow != "GET, HEAD, POST" {
			t.Errorf("Allow %q", allow)
		}
	}
}

// fake is a round tripper that answers with the host that it was sent to.
type fake func(*http.Request) (*http.Response, error)

func (f fake) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func hosts(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	fmt.Fprint(w, r.URL.Host)
	return w.Result(), nil
}

func TestRulesLocalsAndTheDefault(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Default = "old"
	cfg.Upstreams = map[string]Upstream{"old": {URLs: []string{"http://old"}}, "new": {URLs: []string{"http://new"}}}
	cfg.Routes = []RouteRule{
		{Match: "POST /v1/things", Upstream: "old"}, // rolled back
		{Match: "/v1/", Lane: "it"},                 // the old backend has nothing below
		{Match: "GET /v1/things/{id}", Lane: "it", Timeout: 1e9},
		{Match: "GET /new/{rest...}", Upstream: "new"},
	}
	e, err := New(cfg, echoes("POST /v1/things", "GET /v1/things/{id}", "DELETE /w"), Deps{Transport: fake(hosts)})
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"POST /v1/things":  "200 old",
		"GET /v1/things/1": "200 GET /v1/things/{id} id=1 rest=",
		"GET /v1/things":   "405", // the path is there, by POST
		"PUT /v1/things/1": "405",
		"GET /v1/x":        "404",
		"DELETE /w":        "200 DELETE /w id= rest=",
		"GET /w":           "200 old", // the old backend may serve the other methods
		"GET /new/a/b":     "200 new",
		"POST /new/a/b":    "200 old",
		"GET /else":        "200 old",
	} {
		method, target, _ := strings.Cut(request, " ")
		w := ask(e, method, target)
		got := fmt.Sprint(w.Code)
		if w.Code == 200 {
			got += " " + w.Body.String()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
	var table []string
	for _, l := range e.Table() {
		table = append(table, l.Pattern+" → "+l.Target)
	}
	want := []string{
		"GET /new/{rest...} → upstream:new", "/v1/ → refused", "POST /v1/things → upstream:old", "GET /v1/things/{id} → local:it",
		"DELETE /w → local:it", " → upstream:old",
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Error(diff)
	}
}

func TestConfigProblemsNameTheirPlace(t *testing.T) {
	cfg := Config{
		Default: "gone", HeadTimeout: -1, BodyTimeout: -1, TLS: TLS{Cert: "a"},
		Upstreams: map[string]Upstream{
			"old": {URLs: []string{"10.0.0.1:80", "http://ok", "http://a/b", "http://u:p@a", "ftp://a", "http://"}, MaxIdle: -1},
			"a/b": {Health: Health{Path: "healthz", Threshold: -1}},
		},
		Routes: []RouteRule{
			{Match: "get /", Upstream: "old"},
			{Match: "GET /", Upstream: "x"},
			{Match: "GET /"},
			{Match: "GET /", Upstream: "old", Lane: "it"},
			{Match: "GET /", Lane: "it", Timeout: -1},
		},
	}
	err := cfg.Validate()
	var f *fault.Error
	if !errors.As(err, &f) || !errors.Is(err, ErrConfig) {
		t.Fatal(err)
	}
	var got []string
	for _, field := range f.Fields {
		got = append(got, field.Pointer)
	}
	want := []string{
		"/edge/default", "/edge/head_timeout", "/edge/idle_timeout", "/edge/body_timeout", "/edge/max_header_bytes", "/edge/tls",
		"/edge/upstreams/old/urls/0", "/edge/upstreams/old/urls/2", "/edge/upstreams/old/urls/3", "/edge/upstreams/old/urls/4",
		"/edge/upstreams/old/urls/5", "/edge/upstreams/old/max_idle", "/edge/upstreams/a~1b/urls", "/edge/upstreams/a~1b/health/path",
		"/edge/upstreams/a~1b/health/threshold", "/edge/routes/0/match", "/edge/routes/1/upstream", "/edge/routes/2", "/edge/routes/3",
		"/edge/routes/4/timeout",
	}
	sort.Strings(got)
	sort.Strings(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRulesThatCannotBeServed(t *testing.T) {
	for pointer, rules := range map[string][]RouteRule{
		"/edge/routes/0/lane":  {{Match: "GET /a", Lane: "gone"}},
		"/edge/routes/1/match": {{Match: "GET /b/{x}", Lane: "it"}, {Match: "GET /b/{y}", Upstream: "old"}},
	} {
		cfg := configFor("a")
		cfg.Routes = rules
		_, err := New(cfg, echoes("GET /a"), Deps{})
		var f *fault.Error
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Pointer != pointer {
			t.Errorf("%v, want %s", err, pointer)
		}
	}
}

func TestDefaultConfigIsValid(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}
