package hub_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

func logs(t tester, set *db.Set) (n int) {
	t.Helper()
	must(t, set.DB("test").QueryRow(ctx, `SELECT count(*) FROM hotlane_live_channels`).Scan(&n))
	return n
}

// Thousands come to thousands of names, and say nothing: of that nothing stays. What has an entry, is open or is young does.
func TestSweepOfLogsThatNobodyWroteTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		const names = 2500 // several goes
		var now clock
		n := start(t, set.DB("test"), hub.Config{Idle: time.Second}, hub.Deps{Now: now.Now}, (&kind{}).channel("fields:"))
		defer n.end()
		written, in := newClient(t, "written"), newClient(t, "in")
		must(t, written.join(n.Hub, "fields:written"))
		must(t, written.set(1, "x", "1"))
		written.in.Leave()
		must(t, in.join(n.Hub, "fields:in"))
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				for j := range names / 50 {
					c := newClient(t, fmt.Sprint(i))
					must(t, c.join(n.Hub, fmt.Sprint("fields:", i, "-", j)))
					c.in.Leave()
				}
			})
		}
		all.Wait()
		n.Beat(1)
		now.Advance(time.Minute)
		n.Beat(2)
		if o := n.Opened(); o != 1 {
			t.Fatalf("%d are open", o)
		}
		n.Sweep(ctx)
		if got := logs(t, set); got != names+2 {
			t.Fatalf("%d logs, though none is old", got)
		}
		now.Advance(sweptAfter)
		must(t, newClient(t, "late").join(n.Hub, "fields:young"))
		n.Sweep(ctx)
		if got := logs(t, set); got != 3 {
			t.Errorf("%d logs are left, not 3", got)
		}
		must(t, in.set(1, "x", "1"))
		must(t, written.back(n.Hub, "fields:written"))
		if in.ended != 0 || !written.joined.Recovered {
			t.Errorf("in ended with %d, the other recovered: %v", in.ended, written.joined.Recovered)
		}
	})
}

const sweptAfter = time.Hour + time.Second

// A node that sweeps leaves alone what others have open, as long as they say so; where one does not, its channel begins anew.
func TestSweepOfWhatAnotherNodeHasOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		var now clock
		a := &air{} // nobody delivers: they know of each other by the log only
		k := &kind{}
		var nodes []*node
		for i := range 2 {
			n := start(t, set.DB("test"), hub.Config{Check: time.Minute}, hub.Deps{Bus: a.radio(), Node: fmt.Sprint(i), Now: now.Now}, k.channel("fields:"))
			defer n.end()
			nodes = append(nodes, n)
		}
		x := newClient(t, "x")
		must(t, x.join(nodes[0].Hub, "fields:1"))
		epoch := x.at.Epoch
		for range 5 {
			now.Advance(40 * time.Minute)
			nodes[0].Sweep(ctx)
			nodes[1].Sweep(ctx)
		}
		if got := logs(t, set); got != 1 || x.ended != 0 {
			t.Fatalf("%d logs, x ended with %d", got, x.ended)
		}
		now.Advance(sweptAfter)
		nodes[1].Sweep(ctx)
		if got := logs(t, set); got != 0 {
			t.Fatalf("%d logs", got)
		}
		must(t, x.set(1, "x", "1")) // its append takes nothing: it is decided again in the log that begins then
		x.until("its end", func() bool { return x.ended == 2500 })
		must(t, x.back(nodes[0].Hub, "fields:1"))
		if x.joined.Recovered || x.at.Epoch == epoch || x.at.Offset != 1 || x.view["x"] != "1" {
			t.Errorf("x is back at %v (recovered: %v) with %v", x.at, x.joined.Recovered, x.view)
		}
		must(t, x.set(2, "x", "2"))
		y := newClient(t, "y")
		must(t, y.join(nodes[1].Hub, "fields:1"))
		check(t, nodes[1], "fields:1", nil, x, y)
		if y.at != x.at || y.at.Offset != 2 {
			t.Errorf("y is at %v, x at %v", y.at, x.at)
		}
	})
}

// Where nobody writes, the comparison finds that a log is gone.
func TestSweepIsNoticedByComparing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		var now clock
		a := &air{}
		n := start(t, set.DB("test"), hub.Config{Check: time.Minute}, hub.Deps{Bus: a.radio(), Node: "0", Now: now.Now}, (&kind{}).channel("fields:"))
		defer n.end()
		x := newClient(t, "x")
		must(t, x.join(n.Hub, "fields:1"))
		other := start(t, set.DB("test"), hub.Config{}, hub.Deps{Bus: a.radio(), Node: "1", Now: now.Now}, (&kind{}).channel("fields:"))
		defer other.end()
		now.Advance(sweptAfter)
		other.Sweep(ctx)
		must(t, n.Compare(ctx))
		x.until("its end", func() bool { return x.ended == 2500 })
		must(t, x.back(n.Hub, "fields:1"))
		if x.joined.Recovered || logs(t, set) != 1 {
			t.Errorf("recovered: %v, %d logs", x.joined.Recovered, logs(t, set))
		}
	})
}
