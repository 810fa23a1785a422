package fetch_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

const site = "https://api.example.com/p"

func TestAnswersOfEveryStatusAreAnswers(t *testing.T) {
	for _, status := range []int{200, 204, 301, 304, 400, 404, 429, 500, 503} {
		f := only(site, text(status, "", "ETag", `"1"`, "Retry-After", "7", "Location", "/q"))
		a, err := get(t, fetch.New(fetch.Config{Transport: f}), site)
		if err != nil || a.Status != status || a.Header.Get("ETag") != `"1"` || a.Body == nil || a.URL.String() != site {
			t.Errorf("%d: %+v, %v", status, a, err)
			continue
		}
		if d, ok := a.RetryAfter(noon); !ok || d != 7*time.Second {
			t.Errorf("%d: Retry-After %v %t", status, d, ok)
		}
	}
}

func TestWhatIsAsked(t *testing.T) {
	f := only(site, text(200, "ok"))
	r := request(t, "POST", site, []byte("body"))
	r.Host = "elsewhere.example"
	r.Header.Set("If-None-Match", `"1"`)
	r.Header.Set("Accept-Encoding", "br")
	if _, err := fetch.New(fetch.Config{Transport: f, UserAgent: "hotlane-test"}).Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	asked := f.asked[0]
	if asked.Host != "" || f.bodies[0] != "body" || asked.ContentLength != 4 {
		t.Errorf("host %q, body %q of %d bytes", asked.Host, f.bodies[0], asked.ContentLength)
	}
	want := http.Header{"If-None-Match": {`"1"`}, "Accept-Encoding": {"gzip"}, "User-Agent": {"hotlane-test"}}
	if d := cmp.Diff(want, asked.Header); d != "" {
		t.Errorf("headers (-want +got)\n%s", d)
	}
	if r.Header.Get("User-Agent") != "" {
		t.Error("the caller's request was changed")
	}
}

func TestRulesHoldWithAFakeTransport(t *testing.T) {
	for url, want := range map[string]error{
		"http://127.0.0.1/":         fetch.ErrPrivate,
		"http://169.254.169.254/":   fetch.ErrPrivate,
		"http://[::1]/":             fetch.ErrPrivate,
		"http://other.example.com/": fetch.ErrHost,
		"ftp://api.example.com/":    fetch.ErrURL,
	} {
		f := &fake{}
		cfg := fetch.Config{Transport: f}
		if errors.Is(want, fetch.ErrHost) {
			cfg.Hosts = []string{"api.example.com"}
		}
		if _, err := get(t, fetch.New(cfg), url); !errors.Is(err, want) || len(f.asked) != 0 {
			t.Errorf("%s: %v after %v, want %v", url, err, f.urls(), want)
		}
	}
}

func TestErrorsHaveKinds(t *testing.T) {
	for name, test := range map[string]struct {
		answer answer
		want   *fault.Error
	}{
		"refused":          {fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), fetch.ErrUpstream},
		"no such name":     {fails(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), fetch.ErrUpstream},
		"not HTTP":         {fails(errors.New("malformed HTTP response")), fetch.ErrUpstream},
		"slow":             {fails(&net.DNSError{IsTimeout: true}), fetch.ErrTimeout},
		"cut off":          {broken(io.ErrUnexpectedEOF), fetch.ErrUpstream},
		"too large":        {text(200, strings.Repeat("x", 101)), fetch.ErrTooLarge},
		"too large later":  {broken(io.EOF), fetch.ErrTooLarge},
		"unknown encoding": {text(200, "x", "Content-Encoding", "br"), fetch.ErrUpstream},
		"not gzip":         {text(200, "not gzip at all", "Content-Encoding", "gzip"), fetch.ErrUpstream},
	} {
		_, err := get(t, fetch.New(fetch.Config{Transport: only(site, test.answer), MaxBody: 100}), site)
		if f := fault.From(err); f.Code != test.want.Code || f.Kind != test.want.Kind {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

// broken answers without saying how long, and ends with the error after 100 bytes, or goes on when it is io.EOF.
func broken(err error) answer {
	return func(*http.Request) (*http.Response, error) {
		body := io.Reader(strings.NewReader(strings.Repeat("x", 101)))
		if !errors.Is(err, io.EOF) {
			body = io.MultiReader(strings.NewReader(strings.Repeat("x", 100)), failing{err})
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(body), ContentLength: -1}, nil
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestBodyOfExactlyTheLimit(t *testing.T) {
	f := only(site, text(200, strings.Repeat("x", 100)))
	if a, err := get(t, fetch.New(fetch.Config{Transport: f, MaxBody: 100}), site); err != nil || len(a.Body) != 100 {
		t.Errorf("%v", err)
	}
}

// hangs until its context ends, as a real transport does.
func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := only(site, hangs)
		begin := time.Now()
		_, err := get(t, fetch.New(fetch.Config{Transport: f, Timeout: time.Minute}), site)
		if !errors.Is(err, fetch.ErrTimeout) || time.Since(begin) != time.Minute {
			t.Errorf("total: %v after %v", err, time.Since(begin))
		}
		begin = time.Now()
		_, err = get(t, fetch.New(fetch.Config{Transport: f, Timeout: time.Minute, HeaderTimeout: time.Second}), site)
		if !errors.Is(err, fetch.ErrTimeout) || time.Since(begin) != time.Second {
			t.Errorf("header: %v after %v", err, time.Since(begin))
		}
	})
}

func TestCallerWhoLeaves(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := only(site, func(r *http.Request) (*http.Response, error) {
		cancel()
		return hangs(r)
	})
	c := fetch.New(fetch.Config{Transport: f, Retries: 3, Breaker: fetch.BreakerConfig{Failures: 1}})
	if _, err := c.Do(ctx, request(t, "GET", site, nil)); !errors.Is(err, context.Canceled) || len(f.asked) != 1 {
		t.Errorf("%v after %v", err, f.urls())
	}
	f.answers["GET "+site] = text(200, "ok")
	if _, err := get(t, c, site); err != nil {
		t.Errorf("it opened the breaker: %v", err)
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		f := only(site, func(r *http.Request) (*http.Response, error) {
			<-release
			return text(200, "ok")(r)
		})
		c := fetch.New(fetch.Config{Transport: f, Concurrency: 2, Timeout: time.Minute})
		results := make(chan error)
		for range 3 {
			go func() {
				_, err := c.Do(t.Context(), request(t, "GET", site, nil))
				results <- err
			}()
		}
		synctest.Wait()
		if n := len(f.urls()); n != 2 {
			t.Errorf("%d at one time, want 2", n)
		}
		if err := <-results; !errors.Is(err, fetch.ErrBusy) || fault.From(err).RetryAfter == 0 {
			t.Errorf("who waited for a minute: %v", err)
		}
		close(release)
		for range 2 { // their time is over too, but a fake does not go by its context
			if err := <-results; err != nil && !errors.Is(err, fetch.ErrTimeout) {
				t.Errorf("who had a place: %v", err)
			}
		}
		if a, err := c.Do(t.Context(), request(t, "GET", site, nil)); err != nil || string(a.Body) != "ok" {
			t.Errorf("the places are free again: %v", err)
		}
	})
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	reg := prometheus.WrapRegistererWithPrefix("hotlane_", registry) // as the app gives it to lanes
	ok := fetch.New(fetch.Config{Name: "a", Metrics: reg, Transport: only(site, text(200, ""))})
	bad := fetch.New(fetch.Config{Name: "b", Metrics: reg, Transport: only(site, text(503, "")), Retries: 1, Sleep: new(naps).sleep})
	for _, c := range []*fetch.Client{ok, bad, bad} {
		if _, err := get(t, c, site); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := get(t, ok, "http://127.0.0.1/"); err == nil {
		t.Fatal("went to 127.0.0.1")
	}
	err := testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP hotlane_fetch_calls_total Calls to third parties, by client and outcome: class of status, or what went wrong.
# TYPE hotlane_fetch_calls_total counter
hotlane_fetch_calls_total{client="a",outcome="2xx"} 1
hotlane_fetch_calls_total{client="a",outcome="fetch.private"} 1
hotlane_fetch_calls_total{client="b",outcome="5xx"} 2
# HELP hotlane_fetch_events_total Retries, and openings of breakers, by client and event: retry, open.
# TYPE hotlane_fetch_events_total counter
hotlane_fetch_events_total{client="a",event="open"} 0
hotlane_fetch_events_total{client="a",event="retry"} 0
hotlane_fetch_events_total{client="b",event="open"} 0
hotlane_fetch_events_total{client="b",event="retry"} 2
`), "hotlane_fetch_calls_total", "hotlane_fetch_events_total")
	if err != nil {
		t.Error(err)
	}
}

func TestHeadAndNotModifiedHaveNoBody(t *testing.T) {
	f := only(site, text(200, "", "Content-Length", "50000000", "Content-Encoding", "gzip"))
	a, err := fetch.New(fetch.Config{Transport: f}).Do(t.Context(), request(t, "HEAD", site, nil))
	if err != nil || len(a.Body) != 0 || a.Header.Get("Content-Length") != "50000000" {
		t.Errorf("%+v, %v", a, err)
	}
	if slices.Contains(f.asked[0].Header["Accept-Encoding"], "gzip") {
		t.Error("a HEAD asks for the length as it is")
	}
}

func TestWithSkipBodyOnlyTheStatusMatters(t *testing.T) {
	f := only(site, broken(io.ErrUnexpectedEOF))
	a, err := get(t, fetch.New(fetch.Config{Transport: f, SkipBody: true, MaxBody: 1}), site)
	if err != nil || a.Status != 200 || a.Body == nil || len(a.Body) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}
