package profiles

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
)

// social is a source without a network: who is there, and how it is today.
type social struct {
	mu    sync.Mutex
	by    map[string]string                           // documents by path
	tags  map[string]string                           // ETags by path
	today func(*http.Request) (*http.Response, error) // nil: as ever
	asked []string                                    // "/users/ada"
	times []time.Time
}

func newSocial() *social { return &social{by: map[string]string{}, tags: map[string]string{}} }

func (s *social) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	path := r.URL.EscapedPath()
	s.asked = append(s.asked, path)
	s.times = append(s.times, time.Now())
	doc, there := s.by[path]
	tag, today := s.tags[path], s.today
	s.mu.Unlock()
	switch {
	case today != nil:
		return today(r)
	case !there:
		return say(404, `{"error":"nobody"}`), nil
	case tag != "" && r.Header.Get("If-None-Match") == tag:
		return say(304, ""), nil
	}
	return say(200, doc, "ETag", tag), nil
}

// put makes a person be there, by username and id.
func (s *social) put(id int, username, more string) string {
	doc := fmt.Sprintf(`{"id": %d, "login": %q, "name": "The %s"%s}`, id, username, username, more)
	s.set("/users/"+username, doc)
	s.set(fmt.Sprintf("/ids/%d", id), doc)
	return doc
}

func (s *social) set(path, doc string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.by[path] = doc
}

func (s *social) remove(paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range paths {
		delete(s.by, p)
	}
}

// be is how it answers from now on; nil: as ever.
func (s *social) be(today func(*http.Request) (*http.Response, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.today = today
}

func (s *social) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func say(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] != "" {
			h.Set(headers[i], headers[i+1])
		}
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

func always(status int, body string, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return say(status, body, headers...), nil }
}

// peopleSource is a source's config that asks a social.
func peopleSource() Source {
	return Source{
		Name: "people", URL: "https://api.example.com/users/{username}", URLByID: "https://api.example.com/ids/{id}",
		ID: "/id", Username: "/login", IgnoreCase: true, Index: map[string]string{"city": "/city"},
		Card: CardConfig{
			Name: []string{"/name"}, Bio: []string{"/bio"}, Picture: []string{"/avatar"},
			Fields: []PartConfig{{"City", []string{"/city"}}}, Counts: []PartConfig{{"Followers", []string{"/followers"}}},
		},
		Rate: 1000, Timeout: 5 * time.Second,
	}
}

// node is a lane that runs, with what is inside of it.
type node struct {
	*lanetest.Harness
	in  *Lane
	web *social
}

// startNode runs a lane whose only source is web.
func startNode(t testing.TB, web *social, change func(*Config), opts ...lanetest.Option) *node {
	t.Helper()
	n := &node{web: web}
	cfg := DefaultConfig()
	cfg.Sources = []Source{peopleSource()}
	if change != nil {
		change(&cfg)
	}
	module := lane.Module{Name: name, New: func(d lane.Deps) (lane.Lane, error) {
		l, err := New(cfg, d)
		n.in = l
		return l, err
	}}
	n.Harness = lanetest.Start(t, module, append([]lanetest.Option{lanetest.Third(web)}, opts...)...)
	return n
}

// ask reads a profile by username.
func (n *node) ask(t testing.TB, username string) lanetest.Answer {
	t.Helper()
	return n.Do(t, lanetest.Scenario{Path: "/v1/profiles/people/" + username})
}

// eventually polls what another goroutine brings about.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !is(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

func contextOf(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}
