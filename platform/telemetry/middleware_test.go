package telemetry_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// steady is a clock that is a millisecond later each time it is asked, by whichever connection.
func steady() func() time.Time {
	start := time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)
	var asked atomic.Int64
	return func() time.Time { return start.Add(time.Duration(asked.Add(1)) * time.Millisecond) }
}

func open(t testing.TB, change func(*telemetry.Config)) (*telemetry.Telemetry, *bytes.Buffer) {
	t.Helper()
	cfg := telemetry.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	var out bytes.Buffer
	tel, err := telemetry.New(cfg, telemetry.Options{Out: &out, Version: "test", Now: steady()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := tel.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return tel, &out
}

func serve(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestMetrics(t *testing.T) {
	tel, _ := open(t, nil)
	h := tel.Route("GET /v1/things/{id}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/things/none":
			w.WriteHeader(http.StatusNotFound)
			w.WriteHeader(http.StatusOK) // superfluous: the first one counts
		case "/v1/things/hint":
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusBadGateway)
		case "/v1/things/panic":
			panic(http.ErrAbortHandler)
		}
	}))
	for _, id := range []string{"1", "2", "none", "hint"} {
		serve(h, "GET", "/v1/things/"+id)
	}
	serve(h, "BREW", "/v1/things/1")
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler { //nolint:errorlint // a panic's value
				t.Error("the panic must go on")
			}
		}()
		serve(h, "GET", "/v1/things/panic")
	}()
	want := `
# HELP hotlane_http_requests_total Answers, by route, method and class of status.
# TYPE hotlane_http_requests_total counter
hotlane_http_requests_total{method="GET",route="/v1/things/{id}",status="1xx"} 0
hotlane_http_requests_total{method="GET",route="/v1/things/{id}",status="2xx"} 2
hotlane_http_requests_total{method="GET",route="/v1/things/{id}",status="3xx"} 0
hotlane_http_requests_total{method="GET",route="/v1/things/{id}",status="4xx"} 1
hotlane_http_requests_total{method="GET",route="/v1/things/{id}",status="5xx"} 2
hotlane_http_requests_total{method="other",route="/v1/things/{id}",status="1xx"} 0
hotlane_http_requests_total{method="other",route="/v1/things/{id}",status="2xx"} 1
hotlane_http_requests_total{method="other",route="/v1/things/{id}",status="3xx"} 0
hotlane_http_requests_total{method="other",route="/v1/things/{id}",status="4xx"} 0
hotlane_http_requests_total{method="other",route="/v1/things/{id}",status="5xx"} 0
# HELP hotlane_http_requests_in_flight Requests being answered now.
# TYPE hotlane_http_requests_in_flight gauge
hotlane_http_requests_in_flight 0
`
	err := testutil.GatherAndCompare(tel.Registry(), strings.NewReader(want), "hotlane_http_requests_total", "hotlane_http_requests_in_flight")
	if err != nil {
		t.Error(err)
	}
	if w := serve(tel.Handler(), "GET", "/metrics"); !strings.Contains(w.Body.String(), `hotlane_build_info{version="test"} 1`) ||
		!strings.Contains(w.Body.String(), "hotlane_http_request_duration_seconds_bucket") {
		t.Errorf("the scrape is %d:\n%.500s", w.Code, w.Body)
	}
}

func TestAccessLog(t *testing.T) {
	answer := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Request-Id", "r1")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "hello")
		})
	}
	for name, test := range map[string]struct {
		change func(*telemetry.Config)
		status int
		lines  int // of 10 answers
	}{
		"production, good":   {nil, 200, 0},
		"production, ours":   {nil, 502, 10},
		"production, theirs": {nil, 404, 0},
		"one in five":        {func(c *telemetry.Config) { c.Access.Sample = 5 }, 200, 2},
		"slow":               {func(c *telemetry.Config) { c.Access.Slow = time.Millisecond }, 200, 10},
		"development":        {func(c *telemetry.Config) { c.Development, c.Format = true, "json" }, 200, 10},
	} {
		tel, out := open(t, test.change)
		h := tel.Route("GET /x", answer(test.status))
		for range 10 {
			serve(h, "GET", "/x?token=hunter2")
		}
		if n := strings.Count(out.String(), "\n"); n != test.lines {
			t.Errorf("%s: %d lines, want %d:\n%s", name, n, test.lines, out)
		}
		if strings.Contains(out.String(), "hunter2") {
			t.Errorf("%s: the query string is in the log", name)
		}
		if test.lines == 0 {
			continue
		}
		var line struct {
			Msg, Route, Path string
			Status, Bytes    int
			RequestID        string `json:"request_id"`
		}
		if err := json.NewDecoder(out).Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Msg != "answered" || line.Route != "/x" || line.Path != "/x" || line.Status != test.status || line.Bytes != 5 || line.RequestID != "r1" {
			t.Errorf("%s: got %+v", name, line)
		}
	}
}

func TestServerTiming(t *testing.T) {
	tel, out := open(t, func(c *telemetry.Config) { c.Development = true })
	const statement = `SELECT "x" FROM things WHERE id = $1`
	h := tel.Route("GET /x", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 3 {
			telemetry.Observe(r.Context(), telemetry.Query, statement, 500*time.Microsecond)
		}
		telemetry.Observe(r.Context(), telemetry.Query, "SELECT 1", time.Millisecond)
		telemetry.Observe(r.Context(), telemetry.Cache, "profile", time.Microsecond)
		_, _ = io.WriteString(w, "hello")
		telemetry.Observe(r.Context(), telemetry.Query, "too late for the header", time.Millisecond)
	}))
	got := serve(h, "GET", "/x").Header().Get("Server-Timing")
	want := `total;dur=1.000, db;desc="4 queries";dur=2.500, cache;desc="1 read";dur=0.001, ` +
		`nplus1;desc="3x SELECT \"x\" FROM things WHERE id = $1"`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !strings.Contains(out.String(), "N+1") || !strings.Contains(out.String(), "count=3") || strings.Contains(out.String(), "SELECT 1") {
		t.Errorf("the log is\n%s", out)
	}
}

func TestProductionHasNoTrace(t *testing.T) {
	tel, _ := open(t, nil)
	h := tel.Route("GET /x", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if telemetry.TraceFrom(r.Context()) != nil {
			t.Error("a trace nobody asked for")
		}
		telemetry.Observe(r.Context(), telemetry.Query, "SELECT 1", time.Second)
	}))
	if w := serve(h, "GET", "/x"); w.Header().Get("Server-Timing") != "" {
		t.Error("Server-Timing tells the public about the inside")
	}
}

// TestWriterKeepsItsAbilities goes over a real connection: flush, hijack and sendfile reach it through the wrapper.
func TestWriterKeepsItsAbilities(t *testing.T) {
	tel, _ := open(t, func(c *telemetry.Config) { c.Development = true })
	mux := http.NewServeMux()
	release := make(chan struct{})
	mux.Handle("/flush", tel.Route("/flush", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		select {
		case <-release: // the client has seen the header
		case <-r.Context().Done():
		}
		w.(http.Flusher).Flush()
	})))
	mux.Handle("/hijack", tel.Route("/hijack", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\n\r\nours")
		_ = rw.Flush()
	})))
	mux.Handle("/file", tel.Route("/file", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("from a reader")); n != 13 || err != nil {
			t.Error(n, err)
		}
	})))
	server := httptest.NewServer(mux)
	defer server.Close()

	res, err := http.Get(server.URL + "/flush")
	if err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := res.Body.Close(); err != nil || res.Header.Get("Server-Timing") == "" {
		t.Error(err, res.Header)
	}
	res, err = http.Get(server.URL + "/file")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || string(body) != "from a reader" || res.Header.Get("Server-Timing") == "" {
		t.Error(err, string(body), res.Header)
	}
	_ = res.Body.Close()

	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /hijack HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || line != "HTTP/1.1 101 Switching Protocols\r\n" {
		t.Error(line, err)
	}
}

func BenchmarkRoute(b *testing.B) {
	tel, err := telemetry.New(telemetry.DefaultConfig(), telemetry.Options{Out: io.Discard})
	if err != nil {
		b.Fatal(err)
	}
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	h := tel.Route("GET /v1/things/{id}", bare)
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/things/1", nil)
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}

func BenchmarkObserveWithoutTrace(b *testing.B) {
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		telemetry.Observe(ctx, telemetry.Query, "SELECT 1", time.Millisecond)
	}
}
