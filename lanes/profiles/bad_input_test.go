package profiles

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

func TestNamesOfAnyScriptReachTheSource(t *testing.T) {
	web := newSocial()
	n := startNode(t, web, nil)
	for name, path := range map[string]string{
		"ada": "/users/ada", "하루": "/users/%ED%95%98%EB%A3%A8", "ß.ı-İ_~": "/users/%C3%9F.%C4%B1-%C4%B0_~", "a b+c&d=e": "/users/a%20b%2Bc%26d%3De",
		"a/b": "/users/a%2Fb", "a?b#c": "/users/a%3Fb%23c", "%2e%2e": "/users/%252e%252e", "...": "/users/...", "id": "/users/id", "@me;x": "/users/%40me%3Bx",
		"👩‍🚀": "/users/%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80", strings.Repeat("한", 200): "/users/" + strings.Repeat("%ED%95%9C", 200),
	} {
		doc := fmt.Sprintf(`{"id":%q,"login":%q}`, fmt.Sprint(len(web.by)), name)
		web.set(path, doc)
		a := n.Do(t, lanetest.Scenario{Path: "/v1/profiles/people/" + url.PathEscape(name)})
		if a.Status != 200 || a.At(t, "/username") != name {
			t.Errorf("%.20s: %d %.200s", name, a.Status, a.Body)
		}
	}
}

func TestWhatCannotBeAName(t *testing.T) {
	web := newSocial()
	n := startNode(t, web, nil)
	for _, name := range []string{
		"", ".", "..", "a/../b", "../x", "a/", "/a", "a//b", `..\x`, `a\..\b`, "a\x00b", "a\nb", "\x7f", "\xff", strings.Repeat("x", 801), strings.Repeat("x", 10<<10),
	} {
		for _, ask := range []func() (*Profile, error){
			func() (*Profile, error) { return n.in.ByUsername(t.Context(), "people", name) },
			func() (*Profile, error) { return n.in.ByID(t.Context(), "people", name) },
		} {
			if p, err := ask(); err == nil || !strings.Contains(err.Error(), "profiles.name") {
				t.Errorf("%.20q: %v, %v", name, p, err)
			}
		}
	}
	for _, path := range []string{"%00", "a%2F..%2Fb", "%2e%2e%2fx", strings.Repeat("x", 10<<10), "%ff"} {
		a := n.Do(t, lanetest.Scenario{Path: "/v1/profiles/people/" + path})
		if a.Status != 422 || a.At(t, "/errors/0/pointer") != "path:username" {
			t.Errorf("%.20s: %d %.200s", path, a.Status, a.Body)
		}
	}
	if web.calls() != 0 {
		t.Errorf("the source was asked: %v", web.asked)
	}
}

// TestNonsenseOfTheSource: none of it is kept or shown, whoever was known stays, and the refusal says when to come back.
func TestNonsenseOfTheSource(t *testing.T) {
	deep := `{"id":7,"login":"ada","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}"
	for name, today := range map[string]func(*http.Request) (*http.Response, error){
		"a page":                  always(200, "<!doctype html><title>Log in</title>", "Content-Type", "text/html"),
		"nothing":                 always(200, ""),
		"204":                     always(204, ""),
		"a list":                  always(200, `[{"id":7,"login":"ada"}]`),
		"half":                    always(200, `{"id":7,"login":"ada"`),
		"a name twice":            always(200, `{"id":7,"login":"ada","id":8}`),
		"not UTF-8":               always(200, "{\"id\":7,\"login\":\"ada\",\"x\":\"\xff\"}"),
		"deep":                    always(200, deep),
		"another person":          always(200, `{"id":8,"login":"eve"}`),
		"another, as it seems":    always(200, `{"id":7,"login":"ada2"}`),
		"nobody":                  always(200, `{"message":"hello"}`),
		"no id that could be one": always(200, `{"id":{"x":1},"login":"ada\u0000"}`),
		"everybody's id":          always(200, `{"id":true,"login":"ada"}`),
		"an error inside":         always(200, `{"id":7,"login":"ada","error":"internal"}`),
		"we may not":              always(403, `{}`),
		"another place":           always(302, "", "Location", "http://169.254.169.254/latest/meta-data/"),
		"a private place":         always(301, "", "Location", "http://127.0.0.1:6379/"),
		"50 MB": func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(io.LimitReader(zeros{}, 50<<20)), ContentLength: -1}, nil
		},
		"not modified, though nobody asked": always(304, ""),
	} {
		t.Run(name, func(t *testing.T) {
			web := newSocial()
			n := startNode(t, web, func(c *Config) {
				c.Sources[0].Error = ErrorConfig{At: "/error", NotFound: []string{"nobody"}, Limited: []string{"slow down"}}
			})
			web.be(today)
			a := n.ask(t, "ada")
			if a.Status != 502 || a.Header.Get("Retry-After") == "" || strings.Contains(string(a.Body), "eve") {
				t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
			}
			if a := n.Do(t, lanetest.Scenario{Path: "/v1/profiles/people/eve"}); a.Status == 200 && name != "another person" {
				t.Errorf("eve: %d", a.Status)
			}
			for _, at := range web.asked {
				if !strings.HasPrefix(at, "/users/") {
					t.Errorf("asked for %s", at)
				}
			}
			if _, text := n.in.sources["people"].trouble.last(); text == "" {
				t.Error("operators are not told")
			}
			web.be(nil)
			web.put(7, "ada", "")
			n.Clock.Advance(time.Minute)
			n.Run(t, lanetest.Scenario{Name: "later", Path: ada, Status: 200})
			web.be(today)
			n.Clock.Advance(7 * time.Hour)
			n.Run(t, lanetest.Scenario{Name: "who was known stays", Path: ada, Status: 200, JSON: map[string]any{"/id": "7", "/username": "ada"}})
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestErrorsInsideOfGoodAnswers(t *testing.T) {
	web := newSocial()
	n := startNode(t, web, func(c *Config) {
		c.Sources[0].Error = ErrorConfig{At: "/error/code", NotFound: []string{"50"}, Limited: []string{"slow"}}
	})
	for body, status := range map[string]int{
		`{"id":1,"login":"a","error":{"code":50}}`: 404, `{"id":2,"login":"b","error":{"code":null}}`: 200, `{"id":3,"login":"c","error":{"code":0}}`: 200,
		`{"id":4,"login":"d","error":{"code":"other"}}`: 502,
	} {
		name := body[17:18]
		web.set("/users/"+name, body)
		n.Run(t, lanetest.Scenario{Name: body, Path: "/v1/profiles/people/" + name, Status: status})
	}
	web.set("/users/e", `{"error":{"code":"slow"}}`)
	for _, name := range []string{"e", "f"} { // the source is left alone by all
		n.Run(t, lanetest.Scenario{Name: "slow down: " + name, Path: "/v1/profiles/people/" + name, Status: 503, Headers: map[string]string{"Retry-After": "60"}})
	}
}

// TestARealServer: a source with a network between us and it, which hangs, sends too much, and redirects to where nobody may go.
func TestARealServer(t *testing.T) {
	reached := false
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer secret.Close()
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/users/slow":
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		case "/users/large":
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 50<<20)) // until the client has enough
		case "/users/away":
			http.Redirect(w, r, secret.URL, http.StatusFound)
		default:
			if r.Header.Get("X-Key") != "k3y" || r.Header.Get("X-App") != "hotlane" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprintf(w, `{"id":7,"login":%q}`, r.URL.Path[len("/users/"):])
		}
	}))
	defer server.Close()
	defer close(hang)
	run := func(private bool) *lanetest.Harness {
		cfg := DefaultConfig()
		src := peopleSource()
		src.URL, src.URLByID, src.Timeout, src.MaxBody = server.URL+"/users/{username}", "", 300*time.Millisecond, 4096
		src.Token, src.TokenHeader, src.Headers = "k3y", "X-Key", map[string]string{"X-App": "hotlane"}
		cfg.Sources = []Source{src}
		return lanetest.Start(t, lane.Module{Name: name, New: func(d lane.Deps) (lane.Lane, error) {
			d.Private = private
			return New(cfg, d)
		}})
	}
	run(true).Run(t,
		lanetest.Scenario{Name: "good", Path: ada, Status: 200, JSON: map[string]any{"/id": "7"}, Absent: []string{"k3y"}},
		lanetest.Scenario{Name: "by an id that is known", Path: "/v1/profile-ids/people/7", Status: 200},
		lanetest.Scenario{Name: "by one that is not, and cannot be asked for", Path: "/v1/profile-ids/people/8", Status: 404},
		lanetest.Scenario{Name: "too slow", Path: "/v1/profiles/people/slow", Status: 502},
		lanetest.Scenario{Name: "too large", Path: "/v1/profiles/people/large", Status: 502},
		lanetest.Scenario{Name: "away", Path: "/v1/profiles/people/away", Status: 502},
	)
	if reached {
		t.Error("a redirect was followed")
	}
	run(false).Run(t, lanetest.Scenario{Name: "private addresses are refused", Path: ada, Status: 502})
}
