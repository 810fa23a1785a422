package profiles

import (
	"errors"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// TestALateRequestDoesNotLeave: whose slot has passed when the request is about to leave is told to come back. That is no failure of
// the source, and the next one who asks gets the profile.
func TestALateRequestDoesNotLeave(t *testing.T) {
	web := newSocial()
	web.put(1, "ada", "")
	n := startNode(t, web, nil)
	src, a, err := n.in.question("people", byUsername, "ada")
	if err != nil {
		t.Fatal(err)
	}
	late := &turn{pacer: src.pacer, slot: n.Clock.Now().Add(-time.Hour)}
	_, err = n.in.call(withTurn(t.Context(), late), src, a, nil, "nobody", false)
	if f := fault.From(err); !errors.Is(err, ErrLater) || f.RetryAfter <= 0 || web.calls() != 0 {
		t.Errorf("%v after %d calls", err, web.calls())
	}
	if p, err := n.in.ByUsername(t.Context(), "people", "ada"); err != nil || p.ID != "1" {
		t.Errorf("then: %v, %v", p, err)
	}
}

// TestAFloodIsRefusedAtOnce: while the source must not be asked, who asks for somebody nobody knows is told so, and who asks for
// somebody that is kept gets them.
func TestAFloodIsRefusedAtOnce(t *testing.T) {
	web := newSocial()
	web.put(1, "ada", "")
	n := startNode(t, web, nil)
	if _, err := n.in.ByUsername(t.Context(), "people", "ada"); err != nil {
		t.Fatal(err)
	}
	n.in.cache.Drop(cacheKey("people", byUsername, "ada"))
	n.in.sources["people"].pacer.Stop(n.Clock.Now().Add(time.Hour))
	if p, err := n.in.ByUsername(t.Context(), "people", "ada"); err != nil || p.ID != "1" {
		t.Errorf("kept: %v, %v", p, err)
	}
	_, err := n.in.ByUsername(t.Context(), "people", "bob")
	if f := fault.From(err); !errors.Is(err, ErrLater) || f.RetryAfter != time.Hour {
		t.Errorf("unknown: %v", err)
	}
	if web.calls() != 1 {
		t.Errorf("%d calls", web.calls())
	}
}
