package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

// upstream is up or down, with a clock that is moved by hand.
type upstream struct {
	fake
	now  time.Time
	down bool
}

func newUpstream() *upstream {
	u := &upstream{now: noon}
	u.answers = map[string]answer{"GET " + site: text(200, "ok")}
	return u
}

func (u *upstream) set(down bool) {
	u.down = down
	u.answers["GET "+site] = text(200, "ok")
	if down {
		u.answers["GET "+site] = text(500, "")
	}
}

func (u *upstream) client(b fetch.BreakerConfig) *fetch.Client {
	return fetch.New(fetch.Config{Transport: u, Breaker: b, Now: func() time.Time { return u.now }})
}

func TestBreakerOpensProbesAndCloses(t *testing.T) {
	u := newUpstream()
	c := u.client(fetch.BreakerConfig{Failures: 3, Window: 6, Delay: time.Minute})
	step := func(what string, want error) {
		t.Helper()
		before := len(u.asked)
		_, err := get(t, c, site)
		if !errors.Is(err, want) || (len(u.asked) == before) != (want != nil) {
			t.Fatalf("%s: %v, asked %t", what, err, len(u.asked) > before)
		}
	}
	step("up", nil)
	u.set(true)
	for range 3 {
		step("fails", nil)
	}
	step("open", fetch.ErrOpen)
	_, err := get(t, c, site)
	if f := fault.From(err); f.Kind != fault.Unavailable || f.RetryAfter != time.Minute {
		t.Errorf("open: %v, come back after %v", err, f.RetryAfter)
	}
	u.now = u.now.Add(59 * time.Second)
	step("still open", fetch.ErrOpen)
	u.now = u.now.Add(time.Second)
	step("a probe that fails", nil)
	step("open again", fetch.ErrOpen)
	u.now = u.now.Add(24 * time.Hour)
	u.set(false)
	step("a probe that succeeds", nil)
	for range 3 {
		step("closed", nil)
	}
}

// TestAProbeThatPanics does not use up the place of the probe.
func TestAProbeThatPanics(t *testing.T) {
	u := newUpstream()
	c := u.client(fetch.BreakerConfig{Failures: 1, Delay: time.Minute})
	u.set(true)
	_, _ = get(t, c, site) // opens it
	u.now = u.now.Add(time.Minute)
	u.answers["GET "+site] = func(*http.Request) (*http.Response, error) { panic("in the transport") }
	func() {
		defer func() { _ = recover() }()
		_, _ = get(t, c, site)
		t.Error("it did not panic")
	}()
	u.set(false)
	if _, err := get(t, c, site); err != nil {
		t.Errorf("the next probe: %v", err)
	}
}

func TestBreakerLetsOneProbeThrough(t *testing.T) {
	u := newUpstream()
	c := u.client(fetch.BreakerConfig{Failures: 1, Delay: time.Minute})
	u.set(true)
	_, _ = get(t, c, site) // opens it
	u.now = u.now.Add(time.Minute)
	var beside error
	u.answers["GET "+site] = func(r *http.Request) (*http.Response, error) {
		_, beside = get(t, c, site)
		return text(200, "ok")(r)
	}
	if _, err := get(t, c, site); err != nil || !errors.Is(beside, fetch.ErrOpen) {
		t.Errorf("the probe: %v, beside it: %v", err, beside)
	}
	u.set(false)
	if _, err := get(t, c, site); err != nil {
		t.Errorf("after the probe: %v", err)
	}
}

func TestAProbeWhoseCallerLeavesShowsNothing(t *testing.T) {
	u := newUpstream()
	c := u.client(fetch.BreakerConfig{Failures: 1, Delay: time.Minute})
	u.set(true)
	_, _ = get(t, c, site)
	u.now = u.now.Add(time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	u.answers["GET "+site] = func(r *http.Request) (*http.Response, error) {
		cancel()
		return nil, r.Context().Err()
	}
	if _, err := c.Do(ctx, request(t, "GET", site, nil)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	u.set(false)
	if _, err := get(t, c, site); err != nil {
		t.Errorf("the next probe: %v", err)
	}
}

func TestWhatOpensABreaker(t *testing.T) {
	for name, test := range map[string]struct {
		answer answer
		opens  bool
	}{
		"500": {text(500, ""), true}, "503": {text(503, ""), true}, "no answer": {fails(errors.New("reset")), true},
		"429": {text(429, ""), false}, "404": {text(404, ""), false}, "too large": {text(200, "too large"), false},
	} {
		f := only(site, test.answer)
		c := fetch.New(fetch.Config{Transport: f, MaxBody: 5, Breaker: fetch.BreakerConfig{Failures: 2}})
		for range 4 {
			_, _ = get(t, c, site)
		}
		if opened := len(f.asked) == 2; opened != test.opens {
			t.Errorf("%s: asked %d times of 4", name, len(f.asked))
		}
		off := fetch.New(fetch.Config{Transport: f, MaxBody: 5, Breaker: fetch.BreakerConfig{Failures: -1}})
		for range 20 {
			if _, err := get(t, off, site); errors.Is(err, fetch.ErrOpen) {
				t.Errorf("%s: there is no breaker, and it opened", name)
			}
		}
	}
}

func TestABreakerForEachHost(t *testing.T) {
	f := &fake{answers: map[string]answer{}}
	c := fetch.New(fetch.Config{Transport: f, Breaker: fetch.BreakerConfig{Failures: 1}})
	for i := range 3000 { // far more than are remembered
		url := fmt.Sprintf("https://h%d.example/", i)
		f.answers["GET "+url] = text(500, "")
		if _, err := get(t, c, url); err != nil {
			t.Fatalf("host %d: %v", i, err)
		}
	}
	if _, err := get(t, c, "https://h2999.example/"); !errors.Is(err, fetch.ErrOpen) {
		t.Errorf("the newest: %v", err)
	}
	if _, err := get(t, c, "https://h0.example/"); err != nil {
		t.Errorf("the oldest, which was forgotten: %v", err)
	}
}

// TestBreakerAgainstItsRule plays random histories: closed, it opens with the third failure of the last six; open, it lets one
// through after a minute, and what becomes of that decides.
func TestBreakerAgainstItsRule(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		u := newUpstream()
		c := u.client(fetch.BreakerConfig{Failures: 3, Window: 6, Delay: time.Minute})
		var last []bool // failures while closed
		var open bool
		var until time.Time
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			u.now = u.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
			u.set(rapid.Bool().Draw(rt, "down"))
			_, err := c.Do(t.Context(), request(t, "GET", site, nil))
			probing := open && !u.now.Before(until)
			if refused := errors.Is(err, fetch.ErrOpen); refused != (open && !probing) {
				rt.Fatalf("refused: %t, open: %t, probing: %t", refused, open, probing)
			}
			switch {
			case open && !probing:
				continue
			case probing:
				open, last = false, nil
				if u.down {
					open, until = true, u.now.Add(time.Minute)
				}
				continue
			}
			last = append(last, u.down)
			last = last[max(0, len(last)-6):]
			failures := 0
			for _, failed := range last {
				if failed {
					failures++
				}
			}
			if failures >= 3 {
				open, until = true, u.now.Add(time.Minute)
			}
		}
	})
}
