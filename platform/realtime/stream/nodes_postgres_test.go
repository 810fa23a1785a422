//go:build integration

package stream_test

import (
	"bytes"
	"cmp"
	"context"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// nodes are pools on one database, as processes have.
func nodes(t *testing.T, cfg db.Config, n int) []*db.DB {
	list := make([]*db.DB, n)
	for i := range list {
		list[i] = dbtest.NewSet(t, cfg, db.Options{}).DB(lane)
	}
	must(t, stream.Migrate(t.Context(), list[0]))
	return list
}

// claim is a pack that a node was told is in.
type claim struct{ first, last uint64 }

// TestNodesAppend has 4 nodes append to 3 channels at once, each from where it last saw the end, which is sometimes long ago, while
// others delete what is behind checkpoints. What the nodes were told is in is the whole log: no gap, no double.
func TestNodesAppend(t *testing.T) {
	list := nodes(t, dbtest.Postgres(t), 4)
	var heads []stream.Head
	for _, name := range []string{"paper:a", "paper:b", "paper:c"} {
		heads = append(heads, create(t, list[0], name))
	}
	var mu sync.Mutex
	claims := make(map[int64][]claim)
	lost := 0
	var all sync.WaitGroup
	for n, d := range list {
		for worker := range 2 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(n), uint64(worker)))
				ends := make(map[int64]uint64)
				for range 60 {
					var packs []stream.Pack
					for _, h := range heads {
						packs = append(packs, pack(h, ends[h.ID]+1, 1+r.IntN(4)))
					}
					taken, err := tryAppend(d, packs)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					for i, p := range packs {
						if taken[i] {
							last := p.First + uint64(len(p.Entries)) - 1
							claims[p.Channel] = append(claims[p.Channel], claim{p.First, last})
							ends[p.Channel] = last
						} else {
							lost++
						}
					}
					mu.Unlock()
					look(t, d, heads, ends, r)
				}
			})
		}
	}
	all.Wait()
	for _, h := range heads {
		got := claims[h.ID]
		slices.SortFunc(got, func(a, b claim) int { return cmp.Compare(a.first, b.first) })
		next := uint64(1)
		for _, c := range got {
			if c.first != next {
				t.Fatalf("%s: a pack from %d to %d, and the one before ends at %d", h.Name, c.first, c.last, next-1)
			}
			next = c.last + 1
		}
		if o := open(t, list[0], h.Name); o.Offset != next-1 || o.Floor == 0 {
			t.Errorf("%s ends at %d, floor %d, and the nodes were told %d", h.Name, o.Offset, o.Floor, next-1)
		}
	}
	if lost == 0 {
		t.Error("nobody lost: nothing was tested")
	}
}

func tryAppend(d *db.DB, packs []stream.Pack) (taken []bool, err error) {
	ctx := context.Background()
	err = d.Write(ctx, func(tx *db.Tx) error {
		taken, err = stream.Append(ctx, tx, packs)
		return err
	})
	return taken, err
}

// look brings a node up to date, about a channel that it chooses, and sometimes keeps a checkpoint there and deletes all behind.
func look(t *testing.T, d *db.DB, heads []stream.Head, ends map[int64]uint64, r *rand.Rand) {
	h := heads[r.IntN(len(heads))]
	o := open(t, d, h.Name)
	if r.IntN(3) > 0 {
		ends[h.ID] = o.Offset
	}
	if r.IntN(4) == 0 {
		if err := keep(d, o.Head, o.Offset, stream.NewWriters(), nil, 0); err != nil {
			t.Error(err)
		}
	}
}

// TestStaleBelowFloor stops a node in the middle of its append at 5, which was the end when its statement began, until another has
// written 5 to 7 and deleted them: the key that would be in the way is gone. It must lose.
func TestStaleBelowFloor(t *testing.T) {
	list := nodes(t, dbtest.Postgres(t), 3)
	h := create(t, list[0], "paper:a")
	add(t, list[0], pack(h, 1, 4), true)
	ctx := t.Context()
	stale := make(chan []bool, 1)
	must(t, list[0].Write(ctx, func(tx *db.Tx) error {
		must(t, stream.Keep(ctx, tx, h, 1, stream.NewWriters(), nil, 99)) // has the channel's row from here on
		go func() {
			taken, err := tryAppend(list[1], []stream.Pack{pack(h, 5, 1)})
			if err != nil {
				t.Error(err)
			}
			stale <- taken
		}()
		for waiting := 0; waiting == 0; runtime.Gosched() {
			must(t, list[2].QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting))
		}
		taken, err := stream.Append(ctx, tx, []stream.Pack{pack(h, 5, 3)})
		must(t, err)
		if !taken[0] {
			t.Error("who has the row does not get in")
		}
		must(t, stream.Keep(ctx, tx, h, 7, stream.NewWriters(), nil, 0))
		return nil
	}))
	if taken := <-stale; len(taken) != 1 || taken[0] {
		t.Errorf("the stale one wrote below the floor: %v", taken)
	}
	if o := open(t, list[1], "paper:a"); o.Floor != 7 || o.Offset != 7 {
		t.Errorf("%+v", o)
	}
}

// TestKeepWaits: nobody deletes while an append is under way.
func TestKeepWaits(t *testing.T) {
	list := nodes(t, dbtest.Postgres(t), 3)
	h := create(t, list[0], "paper:a")
	add(t, list[0], pack(h, 1, 4), true)
	ctx := t.Context()
	kept := make(chan error, 1)
	committed := false
	must(t, list[0].Write(ctx, func(tx *db.Tx) error {
		if taken, err := stream.Append(ctx, tx, []stream.Pack{pack(h, 5, 2)}); err != nil || !taken[0] {
			t.Fatal(taken, err)
		}
		go func() { kept <- keep(list[1], h, 4, stream.NewWriters(), nil, 0) }()
		for waiting := 0; waiting == 0; runtime.Gosched() {
			must(t, list[2].QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting))
		}
		committed = true
		return nil
	}))
	if err := <-kept; err != nil || !committed {
		t.Error(err)
	}
	if o := open(t, list[1], "paper:a"); o.Floor != 4 || o.Offset != 6 {
		t.Errorf("%+v", o)
	}
}

// TestDump: as TestRestore, by PostgreSQL's own means.
func TestDump(t *testing.T) {
	cfg, other := dbtest.Postgres(t), dbtest.Postgres(t)
	d := nodes(t, cfg, 1)[0]
	h := create(t, d, "paper:a")
	add(t, d, pack(h, 1, 3), true)
	dump, err := exec.CommandContext(t.Context(), "pg_dump", "--dbname="+cfg.DSN.Reveal()).Output()
	must(t, err)
	add(t, d, pack(h, 4, 2), true)
	restore := exec.CommandContext(t.Context(), "psql", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname="+other.DSN.Reveal())
	restore.Stdin = bytes.NewReader(dump)
	if out, err := restore.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	restored := nodes(t, other, 1)[0]
	o := open(t, restored, "paper:a")
	if o.Epoch == h.Epoch || o.Offset != 3 || o.ID != h.ID {
		t.Errorf("%+v after %+v", o.Head, h)
	}
	add(t, restored, pack(h, 4, 1), false)
	add(t, restored, pack(o.Head, 4, 1), true)
}
