//go:build integration

package bus_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// story publishes numbers by one node, without an end, and watches what the others make of them: whatever number a node does not hear,
// it is told afterwards that something is lost, at a time when that number was published.
type story struct {
	t         *testing.T
	published atomic.Uint64 // the last number; it is counted up before it is published, as SQL is written before
	refused   atomic.Uint64
	stop      func()
	watchers  []*watcher
}

type watcher struct {
	mu     sync.Mutex
	heard  map[uint64]bool
	last   uint64
	looked uint64 // what was published when it was last told to look
	looks  int
}

const storyTopic = "story"

func tell(t *testing.T, nodes []bus.Bus) *story {
	s := &story{t: t}
	for _, n := range nodes[1:] {
		w := &watcher{heard: make(map[uint64]bool)}
		s.watchers = append(s.watchers, w)
		look := func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.looked = max(w.looked, s.published.Load())
			w.looks++
		}
		holds := make(chan struct{})
		t.Cleanup(n.Lost(look))
		t.Cleanup(n.Subscribe(storyTopic, func(body []byte) {
			if body == nil {
				look()
				close(holds)
				return
			}
			w.hear(t, binary.BigEndian.Uint64(body))
		}))
		await(t, holds)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() {
		tick := time.NewTicker(200 * time.Microsecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			if s.publish(nodes[0]) != nil {
				s.refused.Add(1)
			}
			<-tick.C
		}
	})
	s.stop = func() {
		cancel()
		all.Wait()
	}
	t.Cleanup(s.stop)
	return s
}

func (s *story) publish(b bus.Bus) error {
	return b.Publish(storyTopic, binary.BigEndian.AppendUint64(nil, s.published.Add(1)))
}

func (w *watcher) hear(t *testing.T, n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n <= w.last {
		t.Errorf("%d after %d", n, w.last)
	}
	w.heard[n], w.last = true, n
}

// flows waits until all hear what is published from now on.
func (s *story) flows() {
	s.t.Helper()
	now := s.published.Load()
	for range cachetest.Until(s.t) {
		ok := 0
		for _, w := range s.watchers {
			w.mu.Lock()
			if w.last > now {
				ok++
			}
			w.mu.Unlock()
		}
		if ok == len(s.watchers) {
			return
		}
	}
}

// end stops, and waits until nothing is missing that nobody was told of.
func (s *story) end() {
	s.t.Helper()
	s.flows()
	s.stop()
	for i, w := range s.watchers {
		for range cachetest.Until(s.t) {
			if w.missing(s.published.Load()) == 0 {
				break
			}
		}
		w.mu.Lock()
		s.t.Logf("node %d heard %d of %d (%d were refused), and looked %d times", i+1, len(w.heard), s.published.Load(), s.refused.Load(), w.looks)
		if w.looks < 2 {
			s.t.Error("it was never told to look")
		}
		w.mu.Unlock()
	}
}

func (w *watcher) missing(published uint64) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := w.looked + 1; i <= published; i++ {
		if !w.heard[i] {
			n++
		}
	}
	return n
}

func TestRedisKilled(t *testing.T) {
	server := cachetest.Start(t)
	s := tell(t, nodesOn(t, "redis://"+server.Address(), 3))
	s.flows()
	for range 3 {
		server.Kill(t)
		server.Restart(t)
		s.flows()
	}
	s.end()
}

// TestConnectionsKilled loses single connections, that of the sender or those of the ears, in any order.
func TestConnectionsKilled(t *testing.T) {
	server := cachetest.Start(t)
	s := tell(t, nodesOn(t, "redis://"+server.Address(), 3))
	s.flows()
	for _, kind := range []string{"pubsub", "normal", "pubsub", "normal"} {
		server.Say("CLIENT", "KILL", "TYPE", kind)
		s.flows()
	}
	s.end()
}

func TestSentinelFailover(t *testing.T) {
	master, _, url := cachetest.Sentinel(t)
	s := tell(t, nodesOn(t, url, 3))
	s.flows()
	master.Kill(t)
	s.flows()
	s.end()
}

func TestClusterNodesKilled(t *testing.T) {
	servers := cachetest.Cluster(t, "--cluster-require-full-coverage", "no")
	s := tell(t, nodesOn(t, "redis://"+servers[0].Address()+"?addr="+servers[1].Address()+"&addr="+servers[2].Address(), 3))
	s.flows()
	for _, server := range servers {
		server.Kill(t)
		server.Restart(t)
		cachetest.Whole(t, servers)
		s.flows()
	}
	s.end()
}

// TestClusterSlotMoves moves the slots of all shards from node to node: the server ends its subscriptions, and they go where the slots are.
func TestClusterSlotMoves(t *testing.T) {
	servers := cachetest.Cluster(t)
	s := tell(t, nodesOn(t, "redis://"+servers[0].Address(), 3))
	s.flows()
	for _, to := range servers {
		for shard := range 8 {
			moveSlot(t, servers, servers[0].Say("CLUSTER", "KEYSLOT", fmt.Sprintf("{%d}", shard)), to)
		}
		cachetest.Whole(t, servers)
		s.flows()
	}
	s.end()
}

func moveSlot(t *testing.T, servers []*cachetest.Server, slot string, to *cachetest.Server) {
	t.Helper()
	id := to.Say("CLUSTER", "MYID")
	for _, from := range servers {
		if from == to || from.Say("CLUSTER", "SETSLOT", slot, "MIGRATING", id) != "OK" {
			continue // it does not have the slot
		}
		for _, say := range []struct {
			server *cachetest.Server
			words  []string
		}{{to, []string{"IMPORTING", from.Say("CLUSTER", "MYID")}}, {to, []string{"NODE", id}}, {from, []string{"NODE", id}}} {
			if got := say.server.Say(append([]string{"CLUSTER", "SETSLOT", slot}, say.words...)...); got != "OK" {
				t.Fatal(got)
			}
		}
	}
}

// TestRedisNotThereAtStart: what is subscribed to holds when Redis comes.
func TestRedisNotThereAtStart(t *testing.T) {
	server := cachetest.Start(t)
	server.Kill(t)
	nodes := nodesOn(t, "redis://"+server.Address(), 2)
	holds, heard := make(chan struct{}), make(chan string, 1)
	t.Cleanup(nodes[1].Subscribe("a", func(body []byte) {
		if body == nil {
			close(holds)
			return
		}
		heard <- string(body)
	}))
	server.Restart(t)
	await(t, holds)
	for range cachetest.Until(t) {
		if nodes[0].Publish("a", []byte("x")) == nil {
			break
		}
	}
	if got := <-heard; got != "x" {
		t.Error(got)
	}
}

// TestRedisHangs: nobody waits for a Redis that takes connections and does not answer, and the bus ends.
func TestRedisHangs(t *testing.T) {
	for name, later := range map[string]bool{"from the start": false, "later": true} {
		t.Run(name, func(t *testing.T) {
			server := cachetest.Start(t)
			t.Cleanup(func() { server.Signal(t, syscall.SIGCONT) })
			if !later {
				server.Signal(t, syscall.SIGSTOP)
			}
			b, err := bus.Open(bus.Config{Redis: telemetry.Secret("redis://" + server.Address())}, bus.Deps{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- b.Run(ctx) }()
			if later {
				listen(t, b, "a")
				server.Signal(t, syscall.SIGSTOP)
			}
			full := 0
			for range 40_000 { // 8,192 may wait, and as many be on their way
				if err := b.Publish("a", make([]byte, 2048)); errors.Is(err, bus.ErrFull) {
					full++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if full < 20_000 {
				t.Errorf("80 MB were taken, but for %d messages", full)
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
