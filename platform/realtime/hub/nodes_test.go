package hub_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// startNodes are several on one database, as processes would be.
func startNodes(t *testing.T, set *db.Set, c hub.Config, k *kind, buses ...hub.Bus) []*node {
	t.Helper()
	var all []*node
	for i, b := range buses {
		n := start(t, set.DB("test"), c, hub.Deps{Bus: b, Node: fmt.Sprint("node-", i)}, k.channel("fields:"))
		t.Cleanup(n.end)
		all = append(all, n)
	}
	return all
}

// Three nodes write to the same channels; the bus loses, doubles and reorders. All get all, in the same order, and what was acknowledged is
// there once.
func TestNodesAgreeWhateverTheBusDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		const channels, each, ops = 3, 4, 30
		a := &air{more: make(chan struct{}, 1)}
		nodes := startNodes(t, set, hub.Config{Check: 100 * time.Millisecond, Checkpoint: 50}, &kind{}, a.radio(), a.radio(), a.radio())
		stop, over := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(over)
			a.storm(rand.New(rand.NewPCG(1, 2)), stop)
		}()
		var (
			all     sync.WaitGroup
			mu      sync.Mutex
			acked   = map[string]map[realtime.Op]bool{}
			members = map[string][]*client{}
		)
		for c := range channels {
			channel := fmt.Sprint("fields:", c)
			mu.Lock()
			acked[channel] = map[realtime.Op]bool{}
			mu.Unlock()
			for n := range nodes {
				for i := range each {
					m := newClient(t, fmt.Sprintf("%d-%d-%d", c, n, i))
					must(t, m.join(nodes[n].Hub, channel))
					members[channel] = append(members[channel], m)
					all.Go(func() {
						for k := range ops {
							sendUntilDone(t, m, k+1)
							mu.Lock()
							acked[channel][realtime.Op{Instance: "instance-" + m.id, Counter: uint64(k + 1)}] = true
							mu.Unlock()
						}
					})
				}
			}
		}
		all.Wait()
		for channel, ops := range acked {
			for _, m := range members[channel] {
				m.untilAt(uint64(len(ops)))
			}
			check(t, nodes[0], channel, ops, members[channel]...)
			if at := members[channel][0].at.Offset; at != uint64(len(ops)) {
				t.Errorf("%s ends at %d, %d were acknowledged", channel, at, len(ops))
			}
		}
		close(stop)
		<-over
	})
}

// sendUntilDone sends as a client would: what fails for now is sent again.
func sendUntilDone(t tester, m *client, n int) {
	t.Helper()
	for {
		err := m.set(n, fmt.Sprint("f", n%5), fmt.Sprint(m.id, "-", n))
		if err == nil {
			return
		}
		if fault.From(err).Kind != fault.Unavailable {
			t.Errorf("%s: %v", m.id, err)
			return
		}
	}
}

// Nothing comes by the bus at all, and the nodes find out by comparing.
func TestWithoutABusNodesAreLateButRight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		a := &air{} // and nobody delivers
		k := &kind{}
		nodes := startNodes(t, set, hub.Config{}, k, a.radio(), a.radio())
		x, y := newClient(t, "x"), newClient(t, "y")
		must(t, x.join(nodes[0].Hub, "fields:1"))
		must(t, y.join(nodes[1].Hub, "fields:1"))
		opens := k.opens.Load()
		for i := range 5 {
			must(t, x.set(i+1, "x", fmt.Sprint(i)))
		}
		if y.at.Offset != 0 {
			t.Fatalf("y is at %d", y.at.Offset)
		}
		must(t, nodes[1].Compare(ctx))
		y.untilAt(5)
		must(t, y.set(1, "y", "1"))
		must(t, x.set(6, "x", "6")) // lost against y, decided again
		if x.at.Offset != 7 {
			t.Errorf("x is at %d", x.at.Offset)
		}
		for range 5 {
			must(t, y.set(2, "y", "2"))
			must(t, x.set(7, "x", "7"))
		}
		check(t, nodes[0], "fields:1", map[realtime.Op]bool{{Instance: "instance-y", Counter: 2}: true}, x)
		if more := k.opens.Load() - opens; more != 0 { // one operation that lost does not cost the room
			t.Errorf("%d rooms were made anew", more)
		}
	})
}

func TestAnOperationSentAgainToAnotherNode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		a := &air{}
		nodes := startNodes(t, set, hub.Config{}, &kind{}, a.radio(), a.radio())
		x := newClient(t, "x")
		for i := range 10 {
			must(t, x.back(nodes[i%2].Hub, "fields:1"))
			must(t, x.set(i/2+1, "x", fmt.Sprint(i)))
			x.in.Leave()
		}
		must(t, x.back(nodes[0].Hub, "fields:1"))
		check(t, nodes[0], "fields:1", map[realtime.Op]bool{{Instance: "instance-x", Counter: 5}: true}, x)
		if x.at.Offset != 5 {
			t.Errorf("the log ends at %d", x.at.Offset)
		}
	})
}

// Who was told more by another node than this one has heard of does not go back in time.
func TestComingToANodeThatIsBehind(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		a := &air{}
		nodes := startNodes(t, set, hub.Config{}, &kind{}, a.radio(), a.radio())
		x, y := newClient(t, "x"), newClient(t, "y")
		must(t, y.join(nodes[1].Hub, "fields:1"))
		must(t, x.join(nodes[0].Hub, "fields:1"))
		must(t, x.set(1, "x", "1"))
		entries, at, err := nodes[1].History(ctx, "fields:1", &x.at, 10, false)
		if err != nil || len(entries) != 0 || at != x.at {
			t.Errorf("the other node says %v, %v, %v", entries, at, err)
		}
		must(t, x.set(2, "x", "2"))
		x.in.Leave()
		must(t, x.back(nodes[1].Hub, "fields:1"))
		if !x.joined.Recovered || x.at.Offset != 2 {
			t.Errorf("recovered %v at %v", x.joined.Recovered, x.at)
		}
		y.untilAt(2)
	})
}

func TestForgottenOnOneNodeItEndsOnAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		for _, lost := range []bool{false, true} {
			k := &kind{}
			a := &air{}
			nodes := startNodes(t, set, hub.Config{}, k, a.radio(), a.radio())
			x, y := newClient(t, "x"), newClient(t, "y")
			must(t, x.join(nodes[0].Hub, "fields:1"))
			must(t, y.join(nodes[1].Hub, "fields:1"))
			must(t, x.set(1, "x", "1"))
			for a.on() > 0 {
				a.deliver(0, false)
			}
			y.untilAt(1)
			k.gone.Store(true)
			must(t, nodes[0].Forget(ctx, "fields:1"))
			if lost {
				must(t, nodes[1].Compare(ctx))
			}
			for !lost && a.on() > 0 {
				a.deliver(0, false)
			}
			y.until("its end", func() bool { return y.ended == 2000 })
			k.gone.Store(false)
		}
	})
}

func TestMessagesAndPresenceAcrossNodes(t *testing.T) {
	var now clock
	k := &kind{}
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	net := bus.NewNet()
	var nodes []*node
	for i := range 2 {
		b := net.Node()
		running, stop := make(chan struct{}), t.Context()
		go func() { defer close(running); must(t, b.Run(stop)) }()
		t.Cleanup(func() { <-running })
		n := start(t, set.DB("test"), hub.Config{Tick: 5 * time.Millisecond}, hub.Deps{Bus: b, Node: fmt.Sprint(i), Now: now.Now}, k.channel("fields:"))
		t.Cleanup(n.end)
		nodes = append(nodes, n)
	}
	x, y := newClient(t, "x"), newClient(t, "y")
	must(t, x.joinWith(nodes[0].Hub, hub.Join{Subscribe: subscribe("fields:1"), JoinLeave: true}))
	must(t, y.join(nodes[1].Hub, "fields:1"))
	must(t, y.send(message{Field: "cursor", Value: "here"}))
	x.until("the cursor", func() bool { return strings.Contains(strings.Join(x.beside, ""), "here") })
	in := func(n *node, want string) {
		t.Helper()
		late := time.Now().Add(20 * time.Second)
		for i := 1; ; i++ {
			got := ""
			list, err := n.Presence(ctx, "fields:1", "", 0)
			must(t, err)
			for _, p := range list {
				got += p.Client
			}
			if got == want {
				return
			}
			if time.Now().After(late) {
				t.Fatalf("in are %s, want %s", got, want)
			}
			for _, n := range nodes {
				n.Beat(i)
			}
		}
	}
	in(nodes[0], "xy")
	in(nodes[1], "xy")
	y.in.Leave()
	in(nodes[0], "x")
	must(t, y.join(nodes[1].Hub, "fields:1"))
	in(nodes[0], "xy")
	nodes[1].end() // says nothing more
	now.Advance(31 * time.Second)
	for i := range 10 {
		nodes[0].Beat(i)
	}
	in(nodes[0], "x")
	nodes[0].Beat(1)
	x.until("that y left", func() bool { return strings.Contains(strings.Join(x.beside, ""), "leave") })
}
