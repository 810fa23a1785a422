package hub_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// clock stands still until it is moved.
type clock struct{ millis atomic.Int64 }

func (c *clock) Now() time.Time          { return time.UnixMilli(1_700_000_000_000 + c.millis.Load()) }
func (c *clock) Advance(d time.Duration) { c.millis.Add(d.Milliseconds()) }

func TestAChannelThatNobodyNeedsIsClosed(t *testing.T) {
	var now clock
	k := &kind{}
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{Idle: time.Minute}, hub.Deps{Now: now.Now}, k.channel("fields:"))
	defer n.end()
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 40 {
		must(t, a.set(i+1, "x", fmt.Sprint(i)))
	}
	now.Advance(time.Hour)
	n.Beat(1)
	if o := n.Opened(); o != 1 {
		t.Fatalf("%d are open though one is in", o)
	}
	a.in.Leave()
	n.Beat(2) // what changed in presence is told
	now.Advance(59 * time.Second)
	n.Beat(3)
	if o := n.Opened(); o != 1 {
		t.Fatalf("%d are open before the time", o)
	}
	now.Advance(time.Minute)
	n.Beat(4)
	n.WaitClosed("fields:1")
	opens := k.opens.Load()
	must(t, a.back(n.Hub, "fields:1"))
	if a.at.Offset != 40 || a.view["x"] != "39" || k.opens.Load() != opens+1 {
		t.Errorf("a is back at %d with %v", a.at.Offset, a.view)
	}
}

// Beyond what may be open the longest idle gives way; where none is idle, the new one is refused for now.
func TestAsManyRoomsAsMayBeOpen(t *testing.T) {
	n := open(t, hub.Config{Rooms: 3}, &kind{})
	var in []*client
	for i := range 5 {
		c := newClient(t, fmt.Sprint(i))
		must(t, c.join(n.Hub, fmt.Sprintf("fields:%d", i)))
		must(t, c.set(1, "x", fmt.Sprint(i)))
		if i < 3 {
			c.in.Leave()
			n.Beat(1)
		}
		in = append(in, c)
	}
	if o := n.Channels("", "", 10); len(o) != 3 || o[0].Channel != "fields:2" {
		t.Errorf("open: %v", o)
	}
	must(t, in[0].join(n.Hub, "fields:0"))
	expect(t, in[1].join(n.Hub, "fields:1"), hub.ErrBusy)
	in[0].in.Leave()
	n.Beat(1)
	must(t, in[1].join(n.Hub, "fields:1"))
	if in[1].view["x"] != "1" {
		t.Errorf("1 has %v", in[1].view)
	}
}

func TestACheckpointIsWrittenAndIsEnough(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	k := &kind{}
	n := openOn(t, set, hub.Config{Checkpoint: 50, Keep: 10}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i := range 120 {
		must(t, a.set(i+1, fmt.Sprint("f", i%5), fmt.Sprint(i)))
	}
	n.WaitKept("fields:1")
	n.Trim(ctx)
	at, packs := kept(t, set)
	if at <= 120-75 || packs != 120-at+10 { // one is due 25 to 74 entries behind the last
		t.Errorf("the checkpoint is at %d, %d packs are left", at, packs)
	}
	n.end()
	n = openOn(t, set, hub.Config{}, k)
	b := newClient(t, "b")
	must(t, b.join(n.Hub, "fields:1"))
	if fmt.Sprint(b.view) != fmt.Sprint(a.view) || b.at != a.at {
		t.Errorf("b has %v at %v, a %v at %v", b.view, b.at, a.view, a.at)
	}
}

func kept(t *testing.T, set *db.Set) (at, packs int) {
	t.Helper()
	must(t, set.DB("test").QueryRow(ctx, `SELECT at, (SELECT count(*) FROM hotlane_live_packs) FROM hotlane_live_checkpoints`).Scan(&at, &packs))
	return at, packs
}

// TestWhatAProcessLeftIsTrimmedByTheNext: what there was to delete is known in memory only.
func TestWhatAProcessLeftIsTrimmedByTheNext(t *testing.T) {
	set, cfg := dbtest.NewSet(t, db.Config{}, db.Options{}), hub.Config{Checkpoint: 50, Keep: 10}
	var before int
	for i := range 4 {
		n := openOn(t, set, cfg, &kind{})
		a := newClient(t, fmt.Sprint("a", i))
		must(t, a.join(n.Hub, "fields:1"))
		for j := range 100 {
			must(t, a.set(j+1, "x", fmt.Sprint(j)))
		}
		n.WaitKept("fields:1")
		at, packs := kept(t, set)
		if packs <= before {
			t.Errorf("%d packs before the %dth trimmed, %d before that", packs, i, before)
		}
		before = packs
		if i == 3 {
			n.Trim(ctx)
			if _, packs = kept(t, set); packs != 400-at+10 {
				t.Errorf("the checkpoint is at %d, %d packs are left", at, packs)
			}
		}
		n.end()
	}
}

func TestACheckpointOfAForgottenChannelDoesNotFailOthers(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	n := openOn(t, set, hub.Config{}, &kind{})
	names := []string{"fields:1", "fields:2", "fields:3"}
	for _, name := range names {
		_, err := n.Publish(ctx, name, realtime.Writer{}, realtime.Op{}, []byte(`{"field":"x","value":"1"}`))
		must(t, err)
	}
	n.Keep(ctx, func() { must(t, n.Forget(ctx, "fields:2")) }, names...)
	var kept int
	must(t, set.DB("test").QueryRow(ctx, `SELECT count(*) FROM hotlane_live_checkpoints WHERE at = 1`).Scan(&kept))
	if kept != 2 {
		t.Errorf("%d checkpoints", kept)
	}
}

// What is on its way when the process is told to stop is committed and acknowledged, and what comes then is refused.
func TestDrain(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	k := &kind{}
	n := openOn(t, set, hub.Config{Keep: 10_000}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	acknowledged := map[realtime.Op]bool{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range 2000 {
		all.Add(1)
		a.in.Publish(ctx, fmt.Appendf(nil, `{"op":"instance-a:%d","field":"x","value":"%d"}`, i+1, i), func(err error) {
			defer all.Done()
			must(t, err)
			mu.Lock()
			defer mu.Unlock()
			acknowledged[realtime.Op{Instance: "instance-a", Counter: uint64(i + 1)}] = true
		})
	}
	must(t, n.Drain(ctx))
	all.Wait()
	if len(acknowledged) != 2000 || a.ended != 0 {
		t.Errorf("%d acknowledged, ended %d", len(acknowledged), a.ended)
	}
	expect(t, a.set(2001, "x", "1"), hub.ErrDraining)
	expect(t, a.send(message{Field: "cursor"}), hub.ErrDraining)
	expect(t, newClient(t, "b").join(n.Hub, "fields:1"), hub.ErrDraining)
	must(t, n.Drain(ctx))
	n.end()
	again := openOn(t, set, hub.Config{Keep: 10_000}, k)
	check(t, again, "fields:1", acknowledged)
}

// Run ends with all that was queued answered, though nobody called Drain.
func TestWhenRunEndsAllIsAnswered(t *testing.T) {
	k := &kind{}
	n := openOn(t, dbtest.NewSet(t, db.Config{}, db.Options{}), hub.Config{}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	var all sync.WaitGroup
	for i := range 500 {
		all.Add(1)
		a.in.Publish(ctx, fmt.Appendf(nil, `{"op":"instance-a:%d","field":"x","value":"%d"}`, i+1, i), func(err error) {
			must(t, err)
			all.Done()
		})
	}
	n.end()
	all.Wait()
	if a.ended != 2500 {
		t.Errorf("a's membership ended with %d", a.ended)
	}
	expect(t, a.set(501, "x", "1"), hub.ErrEnded)
	expect(t, newClient(t, "b").join(n.Hub, "fields:2"), hub.ErrDraining)
}
