package hub_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// open is a database and one node on it, that ends with the test.
func open(t *testing.T, c hub.Config, k *kind) *node {
	t.Helper()
	return openOn(t, dbtest.NewSet(t, db.Config{}, db.Options{}), c, k)
}

func openOn(t *testing.T, set *db.Set, c hub.Config, k *kind) *node {
	t.Helper()
	n := start(t, set.DB("test"), c, hub.Deps{}, k.channel("fields:"))
	t.Cleanup(func() {
		n.end()
		if o := k.overlaps.Load(); o != 0 {
			t.Errorf("%d calls of a room overlapped", o)
		}
	})
	return n
}

// statements counts them.
type statements struct{ n atomic.Int64 }

func (s *statements) Observe(context.Context, string, string, time.Duration) { s.n.Add(1) }

func TestWhoJoinsHasTheRoomAndWhatComesNext(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	must(t, a.set(2, "y", "2"))
	must(t, b.join(n.Hub, "fields:1"))
	must(t, b.set(1, "x", "3"))
	a.untilAt(3)
	b.untilAt(3)
	want := map[string]string{"x": "3", "y": "2"}
	for _, c := range []*client{a, b} {
		if got := c.copyOfView(); !maps.Equal(got, want) {
			t.Errorf("%s has %v, want %v", c.id, got, want)
		}
	}
	if b.joined.Offset != 2 || b.joined.Epoch == "" || b.joined.Epoch != a.joined.Epoch {
		t.Errorf("b came in at %v, a at %v", b.joined.Position, a.joined.Position)
	}
}

func TestWhoLeavesGetsNothingMore(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a, b := newClient(t, "a"), newClient(t, "b")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, b.join(n.Hub, "fields:1"))
	b.in.Leave()
	b.in.Leave()
	must(t, a.set(1, "x", "1"))
	if b.at.Offset != 0 {
		t.Errorf("b is at %d", b.at.Offset)
	}
	expect(t, b.set(1, "x", "2"), hub.ErrEnded)
	_, _, err := b.in.History(t.Context(), nil, 1, false)
	expect(t, err, hub.ErrEnded)
	_, err = b.in.Stats()
	expect(t, err, hub.ErrEnded)
}

// Each case: how many entries there are, where the client was, and how it comes back.
func TestComingBack(t *testing.T) {
	cases := []struct {
		name             string
		entries          int
		since            uint64
		epoch            string // empty: the right one
		config           hub.Config
		restart          bool
		recovered, bySQL bool
	}{
		{name: "nothing missed", entries: 5, since: 5, recovered: true},
		{name: "missed within the window", entries: 50, since: 7, recovered: true},
		{name: "missed all, within the window", entries: 50, since: 0, recovered: true},
		{name: "missed more than the window has", entries: 50, since: 7, config: hub.Config{WindowEntries: 10}, recovered: true, bySQL: true},
		{name: "the window is small in bytes", entries: 50, since: 7, config: hub.Config{WindowBytes: 1024}, recovered: true, bySQL: true},
		{name: "another epoch", entries: 5, since: 3, epoch: "other"},
		{name: "no epoch", entries: 5, since: 3, epoch: "-"},
		{name: "ahead of the log", entries: 5, since: 6},
		{name: "too far behind", entries: 1100, since: 10, config: hub.Config{WindowEntries: 10}},
		{name: "after a restart, within the window", entries: 50, since: 7, restart: true, recovered: true},
		{name: "after a restart, checkpoint between", entries: 50, since: 7, restart: true, config: hub.Config{Checkpoint: 20}, recovered: true},
		{name: "forgotten", entries: 1100, since: 500, config: hub.Config{WindowEntries: 10, Checkpoint: 100, Keep: 10}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var count statements
			set := dbtest.NewSet(t, db.Config{}, db.Options{Observer: &count})
			k := &kind{}
			n := openOn(t, set, c.config, k)
			a := newClient(t, "a")
			must(t, a.join(n.Hub, "fields:1"))
			for from := 0; from < c.entries; from += 100 {
				a.many(from, min(from+100, c.entries))
				n.WaitKept("fields:1")
			}
			if c.restart {
				n.end()
				n = openOn(t, set, c.config, k)
				must(t, n.Look(t.Context(), "fields:1", func(realtime.Room, realtime.Position) {}))
			}
			n.Beat(1)
			settle(t, n, "fields:1")
			b := newClient(t, "b")
			for _, e := range a.got[:min(int(c.since), c.entries)] {
				b.take(e)
			}
			b.at = realtime.Position{Epoch: map[string]string{"": a.at.Epoch, "-": "", "other": "other"}[c.epoch], Offset: c.since}
			before := count.n.Load()
			must(t, b.back(n.Hub, "fields:1"))
			if b.joined.Recovered != c.recovered {
				t.Errorf("recovered: %v, want %v", b.joined.Recovered, c.recovered)
			}
			if by := count.n.Load() - before; (by > 0) != c.bySQL && c.name != "forgotten" {
				t.Errorf("%d statements", by)
			}
			if b.at.Offset != uint64(c.entries) || !maps.Equal(b.copyOfView(), a.copyOfView()) {
				t.Errorf("b has %v at %v, a %v at %v", b.view, b.at, a.view, a.at)
			}
		})
	}
}

// settle waits until checkpoints that are due are written.
func settle(t *testing.T, n *node, channel string) {
	t.Helper()
	must(t, n.Look(t.Context(), channel, func(realtime.Room, realtime.Position) {}))
	n.WaitKept(channel)
}

func TestAStormOfJoinsOpensOnce(t *testing.T) {
	k := &kind{}
	hold, begun := make(chan struct{}), make(chan struct{}, 10)
	k.before = func(string) { begun <- struct{}{}; <-hold }
	n := open(t, hub.Config{}, k)
	gone, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := n.Join(gone, newClient(t, "first"), hub.Join{Subscribe: realtime.Subscribe{Channel: "fields:1"}}, func(hub.Joined) { t.Error("who has left came in") })
		first <- err
	}()
	<-begun
	leave()
	expect(t, <-first, context.Canceled)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			if err := newClient(t, fmt.Sprint(i)).join(n.Hub, "fields:1"); err != nil {
				t.Error(err)
			}
		})
	}
	close(hold)
	all.Wait()
	if opens := k.opens.Load(); opens != 2 { // the log is begun after the first
		t.Errorf("%d openings", opens)
	}
	if o := n.Channels("", "", 10); len(o) != 1 || o[0].Members != 200 {
		t.Errorf("open: %v", o)
	}
}

func TestRefusedJoins(t *testing.T) {
	k := &kind{}
	k.allow = func(c realtime.Client, _ realtime.Subscribe) (realtime.Grant, error) {
		if c.ID == "nobody" {
			return realtime.Grant{}, errNobody
		}
		return realtime.Grant{}, nil
	}
	n := open(t, hub.Config{}, k)
	expect(t, newClient(t, "nobody").join(n.Hub, "fields:1"), errNobody)
	for _, name := range []string{"", "fields", "fields:", "other:1", "fields:a b", "fields:ü", "fields:" + fmt.Sprintf("%0101d", 0)} {
		expect(t, newClient(t, "a").join(n.Hub, name), hub.ErrUnknownChannel)
		if n.Owns(name) {
			t.Errorf("%q is owned", name)
		}
	}
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	expect(t, a.set(1, "x", "1"), hub.ErrMayNotPublish)
	_, err := a.in.Presence("", 0)
	expect(t, err, hub.ErrMayNotSee)
	k.gone.Store(true)
	expect(t, newClient(t, "a").join(n.Hub, "fields:2"), errGone)
	if o := n.Opened(); o != 1 {
		t.Errorf("%d channels are open", o)
	}
}

func TestAsManyMembersAsTheKindHas(t *testing.T) {
	k := &kind{}
	kind := k.channel("few:")
	kind.Members = 2
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, kind)
	defer n.end()
	a, b, c := newClient(t, "a"), newClient(t, "b"), newClient(t, "c")
	must(t, a.join(n.Hub, "few:1"))
	must(t, b.join(n.Hub, "few:1"))
	expect(t, c.join(n.Hub, "few:1"), hub.ErrFull)
	a.in.Leave()
	must(t, c.join(n.Hub, "few:1"))
}

// Who comes while a commit is under way has it in the snapshot, or gets it afterwards: not both, not neither.
func TestJoiningWhileACommitIsUnderWay(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	inCommit, goOn := make(chan struct{}), make(chan struct{})
	n.Before(func(write func(context.Context, func(*db.Tx) error) error, ctx context.Context, fn func(*db.Tx) error) error {
		inCommit <- struct{}{}
		<-goOn
		return write(ctx, fn)
	})
	acked := make(chan error, 1)
	go func() { acked <- a.set(1, "x", "1") }()
	<-inCommit
	b, came := newClient(t, "b"), make(chan error, 1)
	go func() { came <- b.join(n.Hub, "fields:1") }()
	n.WaitTasks("fields:1", 1)
	goOn <- struct{}{}
	must(t, <-acked)
	must(t, <-came)
	if b.joined.Offset != 1 || b.view["x"] != "1" || len(b.got) != 0 {
		t.Errorf("b came in at %d with %v and got %v", b.joined.Offset, b.view, b.got)
	}
	go func() { <-inCommit; goOn <- struct{}{} }()
	must(t, b.set(1, "x", "2"))
	a.untilAt(2)
}

func TestRenewAsksTheRoomAgain(t *testing.T) {
	k := &kind{}
	k.allow = func(_ realtime.Client, s realtime.Subscribe) (realtime.Grant, error) {
		if s.Token == "bad" {
			return realtime.Grant{}, errNobody
		}
		return realtime.Grant{Publish: s.Token == "writer", Expires: time.Unix(1000, 0)}, nil
	}
	n := open(t, hub.Config{}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	expect(t, a.set(1, "x", "1"), hub.ErrMayNotPublish)
	_, err := a.in.Renew(t.Context(), "bad")
	expect(t, err, errNobody)
	g, err := a.in.Renew(t.Context(), "writer")
	must(t, err)
	if !g.Publish || !a.in.Expires().Equal(time.Unix(1000, 0)) {
		t.Errorf("the grant is %v", g)
	}
	must(t, a.set(1, "x", "1"))
}
