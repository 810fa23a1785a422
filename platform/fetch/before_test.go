package fetch_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

// TestWhoIsAskedBeforeMayEndTheCall: nothing leaves, and the breaker does not count it.
func TestWhoIsAskedBeforeMayEndTheCall(t *testing.T) {
	no := fault.New(fault.Unavailable, "test.no", "No.")
	f := only(site, text(200, "yes"))
	asked := 0
	c := fetch.New(fetch.Config{Transport: f, Breaker: fetch.BreakerConfig{Failures: 1}, Before: func(r *http.Request) error {
		if asked++; r.URL.String() != site || asked <= 3 {
			return no
		}
		return nil
	}})
	for range 3 {
		if _, err := get(t, c, site); !errors.Is(err, no) {
			t.Errorf("%v", err)
		}
	}
	if len(f.urls()) != 0 {
		t.Errorf("left: %v", f.urls())
	}
	if a, err := get(t, c, site); err != nil || a.Status != 200 || asked != 4 {
		t.Errorf("%v, %v, asked %d times", a, err, asked)
	}
}

func TestAHostRestsWhileItsBreakerIsOpen(t *testing.T) {
	now := noon
	c := fetch.New(fetch.Config{Transport: only(site, text(500, "")), Breaker: fetch.BreakerConfig{Failures: 1, Window: 1}, Now: func() time.Time { return now }})
	u, err := url.Parse(site)
	if err != nil || c.Resting(u) != 0 {
		t.Errorf("%v, at first %s", err, c.Resting(u))
	}
	if _, err := get(t, c, site); err != nil {
		t.Fatal(err)
	}
	if c.Resting(u) != 30*time.Second {
		t.Errorf("%s", c.Resting(u))
	}
	if now = now.Add(time.Minute); c.Resting(u) != 0 {
		t.Errorf("then %s", c.Resting(u))
	}
}
