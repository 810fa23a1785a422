package hub_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// world is some nodes and clients, to which anything happens. What must hold stands in check and client.take.
type world struct {
	t       *rapid.T
	set     *db.Set
	kind    *kind
	air     *air
	config  hub.Config
	nodes   []*mortal
	clients []*soul
	acked   map[string]map[realtime.Op]bool
	begun   int
}

// mortal is a node that can be killed: from then on none of its commits is answered, though they may happen.
type mortal struct {
	*node
	fate atomic.Int32
}

const (
	alive      = iota
	failBefore // the next commit fails
	failAfter  // the next commit happens, and seems to fail
)

// soul is a client that goes from node to node.
type soul struct {
	*client
	channel string
	on      *mortal // nil: it is away
	ops     int
	undone  map[int]message // sent, not acknowledged
}

func (w *world) start() *mortal {
	m := &mortal{}
	w.begun++
	h := hub.Deps{Bus: w.air.radio(), Node: fmt.Sprint("node-", w.begun)}
	m.node = start(w.t, w.set.DB("test"), w.config, h, w.kind.channel("fields:"))
	m.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		switch m.fate.Load() {
		case failBefore:
			return db.Unavailable
		case failAfter:
			if err := write(ctx, fn); err != nil {
				return err
			}
			return db.Unavailable
		}
		return write(ctx, fn)
	})
	return m
}

var channels = []string{"fields:1", "fields:2"}

func newWorld(t *rapid.T, set *db.Set) *world {
	w := &world{
		t: t, set: set, kind: &kind{}, air: &air{}, acked: map[string]map[realtime.Op]bool{},
		config: hub.Config{WindowEntries: rapid.IntRange(1, 20).Draw(t, "window"), Checkpoint: rapid.IntRange(10, 20).Draw(t, "checkpoint")},
	}
	for range 2 {
		w.nodes = append(w.nodes, w.start())
	}
	for _, c := range channels {
		w.acked[c] = map[realtime.Op]bool{}
		for i := range 3 {
			w.clients = append(w.clients, &soul{client: newClient(t, fmt.Sprint(c[7:], "-", i)), channel: c, undone: map[int]message{}})
		}
	}
	return w
}

func (w *world) client() *soul { return rapid.SampledFrom(w.clients).Draw(w.t, "client") }

func (w *world) come(*rapid.T) {
	c := w.client()
	if c.on != nil {
		return
	}
	m := rapid.SampledFrom(w.nodes).Draw(w.t, "node")
	if err := c.back(m.Hub, c.channel); err != nil {
		w.t.Fatalf("%s cannot come: %v", c.id, err)
	}
	c.on = m
}

func (w *world) leave(*rapid.T) {
	if c := w.client(); c.on != nil {
		c.in.Leave()
		c.on = nil
	}
}

// write sends something new, or again what it does not know to be done.
func (w *world) write(*rapid.T) {
	c := w.client()
	if c.on == nil {
		return
	}
	n := c.ops + 1
	m, again := message{}, false
	if len(c.undone) > 0 && rapid.Bool().Draw(w.t, "again") {
		for k, old := range c.undone {
			if !again || k < n {
				n, m, again = k, old, true
			}
		}
	} else {
		c.ops = n
		m = message{Op: fmt.Sprintf("instance-%s:%d", c.id, n), Field: rapid.SampledFrom([]string{"x", "y"}).Draw(w.t, "field"), Value: fmt.Sprint(c.id, "/", n)}
	}
	c.undone[n] = m
	switch err := c.send(m); {
	case err == nil:
		delete(c.undone, n)
		w.acked[c.channel][realtime.Op{Instance: "instance-" + c.id, Counter: uint64(n)}] = true
	case fault.From(err).Kind != fault.Unavailable:
		w.t.Fatalf("%s: %v", m.Op, err)
	}
}

func (w *world) deliver(*rapid.T) {
	w.air.deliver(rapid.IntRange(0, 5).Draw(w.t, "message"), rapid.Bool().Draw(w.t, "twice"))
}

func (w *world) lose(*rapid.T) { w.air.lose(rapid.IntRange(0, 5).Draw(w.t, "message")) }

func (w *world) compare(*rapid.T) {
	must(w.t, rapid.SampledFrom(w.nodes).Draw(w.t, "node").Compare(context.Background()))
}

// sicken has the commits of a node fail until it is well again.
func (w *world) sicken(*rapid.T) {
	rapid.SampledFrom(w.nodes).Draw(w.t, "node").fate.Store(int32(rapid.IntRange(alive, failAfter).Draw(w.t, "fate")))
}

// crash: clients send what they have on a node that does not answer, it ends, and another takes its place.
func (w *world) crash(*rapid.T) {
	i := rapid.IntRange(0, len(w.nodes)-1).Draw(w.t, "node")
	m := w.nodes[i]
	m.fate.Store(int32(rapid.IntRange(failBefore, failAfter).Draw(w.t, "fate")))
	for _, c := range w.clients {
		if c.on == m {
			c.ops++
			msg := message{Op: fmt.Sprintf("instance-%s:%d", c.id, c.ops), Field: "x", Value: fmt.Sprint(c.id, "/", c.ops)}
			c.undone[c.ops] = msg
			if err := c.send(msg); err == nil {
				w.t.Fatalf("%s was acknowledged by a node that cannot", msg.Op)
			}
		}
	}
	m.end()
	for _, c := range w.clients {
		if c.on == m {
			c.on = nil
		}
	}
	w.nodes[i] = w.start()
}

func (w *world) idle(*rapid.T) { rapid.SampledFrom(w.nodes).Draw(w.t, "node").Beat(1) }

// settle lets all come and compares.
func (w *world) settle() {
	for _, m := range w.nodes {
		m.fate.Store(alive)
	}
	for _, c := range w.clients {
		if c.on == nil {
			must(w.t, c.back(w.nodes[0].Hub, c.channel))
			c.on = w.nodes[0]
		}
	}
	for _, m := range w.nodes {
		must(w.t, m.Compare(context.Background()))
	}
	for _, channel := range channels { // whoever writes is where the log is
		must(w.t, w.write1(channel))
		var members []*client
		for _, c := range w.clients {
			if c.channel == channel && c.on == w.nodes[0] {
				members = append(members, c.client)
			}
		}
		check(w.t, w.nodes[0].node, channel, w.acked[channel], members...)
	}
	must(w.t, w.nodes[1].Compare(context.Background()))
	for _, channel := range channels {
		for _, c := range w.clients {
			if c.channel == channel && c.on == w.nodes[1] {
				check(w.t, w.nodes[0].node, channel, nil, c.client)
			}
		}
	}
	if o := w.kind.overlaps.Load(); o > 0 {
		w.t.Fatalf("%d calls of a room overlapped", o)
	}
}

func (w *world) write1(channel string) error {
	_, err := w.nodes[0].Publish(context.Background(), channel, realtime.Writer{}, realtime.Op{}, []byte(`{"field":"end","value":"1"}`))
	return err
}

func TestWhateverHappensAllSeeTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "hub")
		must(t, err)
		defer os.RemoveAll(dir)
		set := db.NewSet(db.Config{}, dir, db.Options{})
		defer set.Close()
		w := newWorld(t, set)
		defer func() {
			for _, m := range w.nodes {
				m.end()
			}
		}()
		t.Repeat(map[string]func(*rapid.T){
			"come": w.come, "come2": w.come, "leave": w.leave, "write": w.write, "write2": w.write, "write3": w.write,
			"deliver": w.deliver, "deliver2": w.deliver, "lose": w.lose, "compare": w.compare, "sicken": w.sicken, "crash": w.crash, "idle": w.idle,
		})
		w.settle()
	})
}
