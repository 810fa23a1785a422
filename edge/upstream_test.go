package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyWhatNeverLeftIsTriedElsewhere(t *testing.T) {
	rec := startRecorder(t)
	half := startRaw(t, func(c net.Conn) { // reads the head, then dies
		b := make([]byte, 1)
		_, _ = io.ReadFull(c, b)
	})
	t.Run("a refused connection is", func(t *testing.T) {
		addr := startEdge(t, configFor("127.0.0.1:1", rec.addr, "127.0.0.1:2"))
		for range 6 {
			res, _ := exchange(t, addr, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
			if res.StatusCode != 200 {
				t.Fatal(res.Status)
			}
		}
		requests, broken, cut := rec.take()
		if len(requests) != 6 || len(broken)+cut > 0 || requests[0].body != "hello" {
			t.Errorf("the upstream got %v, broken %v, cut %d", requests, broken, cut)
		}
	})
	t.Run("a broken one is not", func(t *testing.T) {
		addr := startEdge(t, configFor(half, half))
		res, body := exchange(t, addr, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
		checkProblem(t, res, body, http.StatusBadGateway, "edge.upstream_dead")
	})
}

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}

func TestARefusingServerIsPassedOverForAWhile(t *testing.T) {
	now := time.Unix(0, 0)
	u := newUpstream("old", Upstream{URLs: []string{"http://a", "http://b"}, DownFor: time.Second}, func() time.Time { return now })
	var asked []string
	b := &balancer{upstream: u, next: fake(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Host)
		if r.URL.Host == "a" {
			return nil, errRefused
		}
		return hosts(r)
	})}
	send := func() string {
		asked = nil
		res, err := b.RoundTrip(httptest.NewRequest("GET", "http://x/", nil))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return strings.Join(asked, " ")
	}
	first := send() + "," + send()
	if strings.Count(first, "a") != 1 || strings.Count(first, "b") != 2 {
		t.Fatalf("asked %s", first)
	}
	for range 4 {
		if got := send(); got != "b" {
			t.Fatalf("asked %s", got)
		}
	}
	now = now.Add(2 * time.Second)
	if again := send() + "," + send(); strings.Count(again, "a") != 1 {
		t.Fatalf("asked %s", again)
	}
	for _, target := range u.targets {
		if n := target.busy.Load(); n != 0 {
			t.Errorf("%s: %d requests under way", target.url, n)
		}
	}
}

func TestTheLeastLoadedServerIsTaken(t *testing.T) {
	u := newUpstream("old", Upstream{URLs: []string{"http://a", "http://b", "http://c"}}, time.Now)
	b := &balancer{upstream: u, next: fake(hosts)}
	taken := map[string]int{}
	var open []io.Closer
	for range 9 {
		res, err := b.RoundTrip(httptest.NewRequest("GET", "http://x/", nil))
		if err != nil {
			t.Fatal(err)
		}
		host, _ := io.ReadAll(res.Body)
		taken[string(host)]++
		open = append(open, res.Body)
	}
	if taken["a"] != 3 || taken["b"] != 3 || taken["c"] != 3 {
		t.Errorf("taken %v", taken)
	}
	for _, c := range open {
		_, _ = c.Close(), c.Close() // twice counts once
	}
	for _, target := range u.targets {
		if n := target.busy.Load(); n != 0 {
			t.Errorf("%s: %d requests under way", target.url, n)
		}
	}
}

func TestHealthChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sick atomic.Bool
		var mu sync.Mutex
		var paths []string
		transport := fake(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if r.Header.Get("User-Agent") == "hotlane-health" {
				paths = append(paths, r.URL.Host+r.URL.RequestURI())
				if r.URL.Host == "a" && sick.Load() {
					w := httptest.NewRecorder()
					w.WriteHeader(500)
					return w.Result(), nil
				}
			}
			return hosts(r)
		})
		cfg := configFor("a", "b")
		cfg.Upstreams["old"] = Upstream{URLs: []string{"http://a", "http://b"}, Health: Health{
			Path: "/healthz?x=1", Interval: time.Second, Threshold: 2,
		}}
		e, err := New(cfg, nil, Deps{Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- e.Run(ctx) }()
		answered := func() string {
			got := map[string]bool{}
			for range 4 {
				got[ask(e, "GET", "/").Body.String()] = true
			}
			return strings.Join(sortedKeys(got), "")
		}
		step := func(d time.Duration, want string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := answered(); got != want {
				t.Errorf("%s answered, want %s", got, want)
			}
		}
		step(100*time.Millisecond, "ab")
		sick.Store(true)
		step(time.Second, "ab") // one bad check is not enough
		step(time.Second, "b")
		sick.Store(false)
		step(time.Second, "b")
		step(time.Second, "ab")
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(paths) == 0 || strings.TrimLeft(paths[0], "ab") != "/healthz?x=1" {
			t.Errorf("asked %v", paths)
		}
	})
}

func TestWhenAllAreSickTheyAreTriedAnyway(t *testing.T) {
	u := newUpstream("old", Upstream{URLs: []string{"http://a", "http://b"}}, time.Now)
	for _, target := range u.targets {
		target.sick.Store(true)
	}
	res, err := (&balancer{upstream: u, next: fake(hosts)}).RoundTrip(httptest.NewRequest("GET", "http://x/", nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

func TestAPanicIs500AndRecorded(t *testing.T) {
	var seen records
	e, err := New(DefaultConfig(), []Local{{Pattern: "GET /{id}", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("secret")
	})}}, Deps{Metrics: &seen})
	if err != nil {
		t.Fatal(err)
	}
	w := ask(e, "GET", "/1")
	checkProblem(t, w.Result(), w.Body.String(), http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "secret") {
		t.Error("the panic's text left the process")
	}
	if r := seen.list(); len(r) != 1 || r[0].Status != 500 || r[0].Pattern != "GET /{id}" || r[0].Target != "local" {
		t.Errorf("records %+v", r)
	}
}

func TestRecordsSayWhatHappened(t *testing.T) {
	var seen records
	now := time.Unix(0, 0)
	cfg := configFor("a")
	e, err := New(cfg, []Local{{Lane: "it", Pattern: "GET /local/{id}", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		now = now.Add(time.Second)
		fmt.Fprint(w, "hello")
	})}}, Deps{Metrics: &seen, Transport: fake(hosts), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	ask(e, "GET", "/local/1")
	ask(e, "POST", "/else")
	got := seen.list()
	if len(got) != 2 {
		t.Fatal(got)
	}
	for i := range got {
		if len(got[i].ID) != 32 {
			t.Errorf("id %q", got[i].ID)
		}
		got[i].ID = ""
	}
	if want := (Record{Method: "GET", Pattern: "GET /local/{id}", Target: "local:it", Status: 200, Bytes: 5, Duration: time.Second}); got[0] != want {
		t.Errorf("%+v", got[0])
	}
	if want := (Record{Method: "POST", Target: "upstream:old", Status: 200, Bytes: 1}); got[1] != want {
		t.Errorf("%+v", got[1])
	}
}
