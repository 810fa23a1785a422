//go:build integration

package waitlist

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/notify/notifytest"
)

// TestTwoNodes: two processes on one PostgreSQL take the same addresses, confirm the same people, erase them and run the same waves at
// once; each person is on the list once, mailed once and invited once, and everybody is somewhere.
func TestTwoNodes(t *testing.T) {
	config := dbtest.Postgres(t)
	box := &notifytest.Mailbox{}
	nodes := []*testLane{start(t, nil, lanetest.On(config), lanetest.Mail(box)), start(t, nil, lanetest.On(config), lanetest.Mail(box))}
	const people = 60
	all := func(do func(h *testLane, i int) error) {
		t.Helper()
		var group sync.WaitGroup
		for i := range people {
			for _, h := range nodes {
				group.Go(func() {
					if err := do(h, i); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
	}
	first := nodes[0]
	first.Mailbox = box
	all(func(h *testLane, i int) error {
		return h.lane().SignUp(t.Context(), "spring", &Form{Email: fmt.Sprintf("p%d@example.com", i)})
	})
	first.Work(t)
	first.eachOnce(people)
	all(func(h *testLane, i int) error {
		_, err := h.lane().Confirm(t.Context(), first.link(fmt.Sprintf("p%d@example.com", i), "confirm"))
		return err
	})
	places := map[int64]bool{}
	for i := range people {
		p, err := nodes[1].lane().Confirm(t.Context(), first.link(fmt.Sprintf("p%d@example.com", i), "confirm"))
		if err != nil || p.Total != people {
			t.Fatalf("%+v, %v", p, err)
		}
		places[p.Position] = true
	}
	if len(places) != people || !places[1] || !places[people] {
		t.Errorf("%d places", len(places))
	}
	first.patch(`{"invite_cap":20}`)
	all(func(h *testLane, i int) error {
		name := fmt.Sprintf("w%d", i%6)
		if _, err := h.lane().StartWave(t.Context(), "spring", name, 7); err != nil {
			return err
		}
		return h.lane().runWave(t.Context(), waveJob{"spring", name})
	})
	if n := first.invited(); n != 20 {
		t.Errorf("%d invited", n)
	}
}

// TestErasureAmongSignUps: an address that is erased while other nodes sign it up is on no list afterwards.
func TestErasureAmongSignUps(t *testing.T) {
	config := dbtest.Postgres(t)
	one, other := start(t, nil, lanetest.On(config)), start(t, nil, lanetest.On(config))
	for i := range 30 {
		address := fmt.Sprintf("p%d@example.com", i)
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				if err := other.lane().SignUp(t.Context(), "spring", &Form{Email: address}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Go(func() {
			if _, err := one.lane().EraseAddress(t.Context(), address); err != nil {
				t.Error(err)
			}
		})
		group.Wait()
		found, err := one.lane().Search(t.Context(), Filter{List: "spring", Prefix: address, Limit: 1})
		if err != nil || len(found) != 0 {
			t.Errorf("%s is there after its erasure: %v, %v", address, found, err)
		}
	}
}

// TestDeletionAmongSignUps: a list is deleted without anybody on it, or not at all, whatever other nodes sign up meanwhile.
func TestDeletionAmongSignUps(t *testing.T) {
	config := dbtest.Postgres(t)
	one, other := start(t, nil, lanetest.On(config)), start(t, nil, lanetest.On(config))
	for i := range 30 {
		l := &List{Slug: fmt.Sprintf("brief-%d", i), Name: Text{En: "Brief"}}
		if _, err := one.lane().CreateList(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		var taken atomic.Int64
		var deleted error
		var group sync.WaitGroup
		for n := range 6 {
			group.Go(func() {
				j, err := (&Form{Email: fmt.Sprintf("p%d@example.com", n)}).check(l)
				if err != nil {
					t.Error(err)
					return
				}
				j.signup.ID = ulid.Make().String()
				switch err := other.lane().kept.Join(t.Context(), j); {
				case err == nil:
					taken.Add(1)
				case !errors.Is(err, ErrNoList):
					t.Error(err)
				}
			})
		}
		group.Go(func() { deleted = one.lane().DeleteList(t.Context(), l.Slug) })
		group.Wait()
		found, err := one.lane().kept.Search(t.Context(), Filter{List: l.Slug, Limit: 10})
		if err != nil || int64(len(found)) != taken.Load() || (deleted == nil) != (len(found) == 0) {
			t.Errorf("%d taken, %d there, deletion: %v, %v", taken.Load(), len(found), deleted, err)
		}
	}
}
