package waitlist

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// fill puts people on the list without mails to read.
func (h *testLane) fill(people int) {
	h.t.Helper()
	h.patch(`{"single_opt_in":true}`)
	h.joinTogether(people)
	h.Work(h.t)
}

func (h *testLane) invited() (n int) {
	h.t.Helper()
	for after := ""; ; {
		found, err := h.lane().Search(h.t.Context(), Filter{List: "spring", Stage: Invited, After: after, Limit: 500})
		if err != nil {
			h.t.Fatal(err)
		}
		if n += len(found); len(found) < 500 {
			return n
		}
		after = found[len(found)-1].ID
	}
}

func TestWave(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		first := h.on("first@example.com")
		second, third := h.on("second@example.com"), h.on("third@example.com")
		if w := h.invite("one", 2); !w.Done || w.Invited != 2 {
			t.Errorf("%+v", w)
		}
		if w := h.invite("one", 2); w.Invited != 2 || h.invited() != 2 {
			t.Errorf("the same wave again: %+v", w)
		}
		h.Run(t,
			lanetest.Scenario{Name: "the same name, another count", Method: "POST", Path: "/v1/waitlist/spring/waves", As: identity.Admin, Body: `{"name":"one","count":3}`, Status: 409, Code: "waitlist.wave_differs"},
			lanetest.Scenario{Name: "none", Method: "POST", Path: "/v1/waitlist/spring/waves", As: identity.Admin, Body: `{"name":"Two!","count":0}`, Status: 422, Fields: []string{"/name", "/count"}},
			lanetest.Scenario{Name: "no list", Method: "POST", Path: "/v1/waitlist/none/waves", As: identity.Admin, Body: `{"name":"one","count":3}`, Status: 404},
			lanetest.Scenario{Name: "all", Path: "/v1/waitlist/spring/waves", As: identity.Admin, Status: 200, JSON: map[string]any{"/waves/0/name": "one", "/waves/1": lanetest.Missing}},
		)
		for _, p := range []Position{first, second} {
			if p = h.status(p); !p.Invited || p.Position != 0 || p.Total != 1 {
				t.Errorf("%+v", p)
			}
		}
		if p := h.status(third); p.Position != 1 {
			t.Errorf("%+v", p)
		}
		if sent := h.subjects("first@example.com"); len(sent) != 3 || sent[2] != "You are invited to Spring" {
			t.Errorf("%q", sent)
		}
	})
}

// TestCapUnderConcurrency: waves that run together, on as many nodes as there are, never invite more than the cap, nor anybody twice.
func TestCapUnderConcurrency(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.fill(60)
		h.patch(`{"invite_cap":25}`)
		var group sync.WaitGroup
		for i := range 6 {
			group.Go(func() {
				s, wave := h.lane().Service, fmt.Sprintf("w%d", i)
				if _, err := s.StartWave(t.Context(), "spring", wave, 7); err != nil {
					t.Error(err)
				}
				for range 2 { // a job may run twice
					if err := s.runWave(t.Context(), waveJob{"spring", wave}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		if n := h.invited(); n != 25 {
			t.Errorf("%d invited", n)
		}
		h.Work(t)
		twice := map[string]int{}
		for _, m := range h.Mailbox.All() {
			if m.Subject == "You are invited to Spring" {
				twice[m.To]++
			}
		}
		if len(twice) != 25 {
			t.Errorf("%d people have an invitation", len(twice))
		}
		for to, n := range twice {
			if n != 1 {
				t.Errorf("%s has %d", to, n)
			}
		}
	})
}

// TestWaveGoesOnAfterCrash: what one transaction invited stays, the job goes on with the next.
func TestWaveGoesOnAfterCrash(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.fill(waveChunk + 20)
		if _, err := h.lane().StartWave(t.Context(), "spring", "big", waveChunk+10); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if done, err := h.lane().store.Invite(ctx, "spring", "big", h.Clock.Now()); done || err != nil {
			t.Fatal(done, err)
		}
		cancel()
		h.Crash()
		h.Restart()
		h.Clock.Advance(time.Hour)
		h.Work(t)
		w, err := h.lane().Wave(t.Context(), "spring", "big")
		if err != nil || !w.Done || w.Invited != waveChunk+10 || h.invited() != waveChunk+10 {
			t.Errorf("%+v, %v, %d invited", w, err, h.invited())
		}
	})
}
