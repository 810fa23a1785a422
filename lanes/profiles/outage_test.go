package profiles

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
)

// TestADayWithoutTheSource: with the source down for a day, whoever was fetched before is answered at every request of that day, with
// the age that the answer has, and the source is left alone but for a few tries. Half of the day in, the process starts anew.
func TestADayWithoutTheSource(t *testing.T) { lanetest.Each(t, testADayWithoutTheSource) }

func testADayWithoutTheSource(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	n := startNode(t, web, nil, engine)
	const persons = 20
	for i := range persons {
		web.put(i, fmt.Sprintf("u%d", i), "")
		n.ask(t, fmt.Sprintf("u%d", i))
	}
	before := web.calls()
	ways := []func(*http.Request) (*http.Response, error){
		func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
		always(500, "oops"), always(503, ""), always(200, "<html>maintenance"), always(502, ""),
	}
	const step = 5 * time.Minute
	age := time.Duration(0)
	for at := 0; age < 24*time.Hour; at++ {
		web.be(ways[at%len(ways)])
		if at == 144 {
			n.Restart()
		}
		n.Clock.Advance(step)
		age += step
		for i := range persons {
			a := n.ask(t, fmt.Sprintf("u%d", i))
			if a.Status != 200 || a.At(t, "/age_s") != age.Seconds() || a.At(t, "/stale") != (age >= 6*time.Hour) {
				t.Fatalf("after %s, u%d: %d %s", age, i, a.Status, a.Body)
			}
		}
	}
	// At most one try of each person a step, and of all but a few the breaker spares the source even that.
	tries := web.calls() - before
	if most := persons * int(24*time.Hour/step); tries == 0 || tries > most {
		t.Errorf("%d tries, not 1 to %d", tries, most)
	}
	web.be(nil)
	eventually(t, "it is fresh again", func() bool {
		n.Clock.Advance(time.Minute) // a renewal of the last step may still fail, and the source is left alone after it
		return n.ask(t, "u0").At(t, "/stale") == false
	})
}

// TestTheEndOfAnOutageThatIsTooLong: what is older than the stale time is not served, and the refusal says when to come back.
func TestTheEndOfAnOutageThatIsTooLong(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, nil)
	n.ask(t, "ada")
	web.be(always(500, ""))
	n.Clock.Advance(7*24*time.Hour - time.Second)
	if a := n.ask(t, "ada"); a.Status != 200 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	n.Clock.Advance(time.Minute)
	if a := n.ask(t, "ada"); a.Status != 502 || a.Header.Get("Retry-After") == "" {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
}

// TestBadAnswersAreRememberedForTheirTime: for each class the source is asked again only when its time is over.
func TestBadAnswersAreRememberedForTheirTime(t *testing.T) {
	for name, c := range map[string]struct {
		today  func(*http.Request) (*http.Response, error)
		status int
		code   string
		keep   time.Duration
	}{
		"not found":             {always(404, ""), 404, "profiles.not_found", 10 * time.Minute},
		"gone":                  {always(410, ""), 404, "profiles.not_found", 10 * time.Minute},
		"too many":              {always(429, ""), 503, "profiles.later", time.Minute},
		"too many, and so long": {always(429, "", "Retry-After", "300"), 503, "profiles.later", 5 * time.Minute},
		"broken":                {always(500, ""), 502, "profiles.upstream", 30 * time.Second},
		"down, and so long":     {always(503, "", "Retry-After", "120"), 502, "profiles.upstream", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			web := newSocial()
			web.be(c.today)
			n := startNode(t, web, nil)
			ask := func(calls int) {
				t.Helper()
				a := n.ask(t, "ada")
				n.Run(t, lanetest.Scenario{Name: "again", Path: ada, Status: c.status, Code: c.code})
				if a.Status != c.status || web.calls() != calls || (c.status != 404) != (a.Header.Get("Retry-After") != "") {
					t.Errorf("%d %v, %d calls, not %d", a.Status, a.Header, web.calls(), calls)
				}
			}
			ask(1)
			n.Clock.Advance(c.keep - time.Second)
			ask(1)
			n.Clock.Advance(2 * time.Second)
			ask(2)
		})
	}
}

// TestRetryAfterStopsTheSource: all questions wait, not only the one that was refused; who is known is served.
func TestRetryAfterStopsTheSource(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, nil)
	n.ask(t, "ada")
	n.Clock.Advance(7 * time.Hour)
	web.be(always(429, "", "Retry-After", "600"))
	n.ask(t, "bob")
	calls := web.calls()
	for i := range 20 {
		if a := n.ask(t, fmt.Sprintf("other%d", i)); a.Status != 503 || a.Header.Get("Retry-After") != "600" {
			t.Fatalf("%d %v", a.Status, a.Header)
		}
		if a := n.ask(t, "ada"); a.Status != 200 {
			t.Fatalf("%d", a.Status)
		}
	}
	n.Restart() // it is known to the others, and to who comes after us
	if a := n.ask(t, "more"); a.Status != 503 || web.calls() != calls {
		t.Errorf("%d, %d calls more", a.Status, web.calls()-calls)
	}
	web.be(nil)
	n.Clock.Advance(601 * time.Second)
	if a := n.ask(t, "more"); a.Status != 404 {
		t.Errorf("%d", a.Status)
	}
}

// TestWhatDidNotChangeIsNotSentAgain: the source's ETag is sent back to it, and 304 makes a document fresh.
func TestWhatDidNotChangeIsNotSentAgain(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	web.tags["/users/ada"] = `"v1"`
	n := startNode(t, web, nil)
	n.ask(t, "ada")
	for range 3 {
		n.Clock.Advance(7 * time.Hour)
		eventually(t, "it is fresh again", func() bool { return n.ask(t, "ada").At(t, "/age_s") == 0.0 })
	}
	if web.calls() != 4 {
		t.Errorf("%d calls", web.calls())
	}
}

// TestALeavingCallerEndsNothing: the others get what the first had asked for.
func TestALeavingCallerEndsNothing(t *testing.T) {
	web := newSocial()
	web.put(7, "ada", "")
	asked, answer := make(chan struct{}), make(chan struct{})
	web.be(func(r *http.Request) (*http.Response, error) {
		asked <- struct{}{}
		select {
		case <-answer:
			return say(200, `{"id":7,"login":"ada"}`), nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})
	n := startNode(t, web, nil)
	ctx, leave := contextOf(t)
	gone := make(chan error)
	go func() {
		_, err := n.in.ByUsername(ctx, "people", "ada")
		gone <- err
	}()
	<-asked
	leave()
	if err := <-gone; err == nil {
		t.Error("who left got an answer")
	}
	close(answer)
	if p, err := n.in.ByUsername(t.Context(), "people", "ada"); err != nil || p.ID != "7" || web.calls() != 1 {
		t.Errorf("%v, %v, %d calls", p, err, web.calls())
	}
}

// TestUnchangedBesideAYoungerFetch: a person is asked for by id while the answer by username, which says that nothing changed, is
// written down: that one is older then, and no erasure.
func TestUnchangedBesideAYoungerFetch(t *testing.T) {
	lanetest.Each(t, testUnchangedBesideAYoungerFetch)
}

func testUnchangedBesideAYoungerFetch(t *testing.T, engine lanetest.Option) {
	web := newSocial()
	web.put(7, "ada", "")
	n := startNode(t, web, nil, engine)
	n.ask(t, "ada")
	look := func() *record {
		t.Helper()
		r, _, err := n.in.store.Look(t.Context(), "people", byID, "7")
		if err != nil || r == nil {
			t.Fatal(r, err)
		}
		return r
	}
	r := look()
	for _, c := range []struct{ said, fetched int64 }{{r.Fetched - 1, r.Fetched}, {r.Fetched + 5, r.Fetched + 5}} {
		there, err := n.in.store.Renew(t.Context(), r, byUsername, "ada", "nobody", c.said)
		if err != nil || !there || look().Fetched != c.fetched {
			t.Errorf("%v, %v, fetched %d, not %d", there, err, look().Fetched, c.fetched)
		}
	}
	n.erase(t, ada)
	if there, err := n.in.store.Renew(t.Context(), r, byUsername, "ada", "nobody", r.Fetched+10); there || err != nil {
		t.Errorf("after an erasure: %v, %v", there, err)
	}
}
