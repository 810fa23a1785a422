//go:build integration

package e2e

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/test/liveclient"
	"github.com/hotlane/hotlane/test/livehistory"
)

// gathering is people in one channel, and a record of all that they did and were shown.
type gathering struct {
	liveKind
	t     *testing.T
	url   func() string // of a node; asked at each connection
	began time.Time
	acks  chan<- struct{} // one for each acknowledgement

	mu     sync.Mutex
	ops    []*livehistory.Op
	people []*member
}

// member is one of them: a client, and what it was shown.
type member struct {
	g    *gathering
	name string
	rng  *rand.Rand
	c    *liveclient.Client
	sub  *liveclient.Sub

	mu      sync.Mutex
	runs    []livehistory.Run
	breakAt int // it cuts its line after so many publications, again and again; 0: never
	shown   int
	counter uint64
	notes   []string // that it put on a paper
}

// join has somebody come. seed decides what it is like.
func (g *gathering) join(ctx context.Context, name string, seed uint64) *member {
	g.t.Helper()
	m := &member{g: g, name: name, rng: rand.New(rand.NewPCG(seed, 3))}
	if m.rng.IntN(2) == 0 {
		m.breakAt = 3 + m.rng.IntN(60)
	}
	most := time.Duration(1+m.rng.IntN(60)) * time.Millisecond
	var err error
	o := liveclient.Options{Protobuf: m.rng.IntN(2) == 0, URL: g.url, Delay: func(int) time.Duration { return rand.N(most) }}
	for m.c == nil || err != nil { // the process may just have been killed
		if m.c, err = liveclient.Dial(ctx, g.url(), o); ctx.Err() != nil {
			g.t.Fatalf("%s does not get in: %v", name, err)
		}
	}
	m.sub, err = m.c.Subscribe(ctx, g.channel, liveclient.SubOptions{Token: g.token(name), Handler: liveclient.Handler{
		Began: m.began, Published: m.published,
		Ended: func(err error) {
			if !errors.Is(err, liveclient.ErrClosed) {
				g.t.Errorf("%s: the subscription ended: %v", name, err)
			}
		},
	}})
	if err != nil {
		g.t.Fatalf("%s does not get into %s: %v", name, g.channel, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.people = append(g.people, m)
	return m
}

func (m *member) began(r *protocol.SubscribeResult) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Recovered && len(m.runs) > 0 && m.runs[len(m.runs)-1].Epoch == r.Epoch {
		return // it goes on
	}
	run := livehistory.Run{Client: m.name, Epoch: r.Epoch, After: r.Offset}
	if r.Data != nil {
		snapshot := string(r.Data)
		run.Snapshot = &snapshot
	}
	m.runs = append(m.runs, run)
}

func (m *member) published(p *protocol.Publication) {
	m.mu.Lock()
	run := &m.runs[len(m.runs)-1]
	run.Entries = append(run.Entries, m.g.entry(p))
	m.shown++
	cut := m.breakAt > 0 && m.shown%m.breakAt == 0
	m.mu.Unlock()
	if cut {
		m.c.Break()
	}
}

func (g *gathering) entry(p *protocol.Publication) livehistory.Entry {
	return livehistory.Entry{Offset: p.Offset, Op: g.nameOf(p.Data), Data: string(p.Data)}
}

// write sends so many operations, a few of them under way at a time, some twice and some that must be refused, and waits for all
// answers.
func (m *member) write(ctx context.Context, count int) {
	free := make(chan struct{}, 1+m.rng.IntN(8))
	for range count {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			m.g.t.Errorf("%s waits for an answer", m.name)
			return
		}
		m.counter++
		o := m.g.operation(m, fmt.Sprintf("%s:%d", m.name, m.counter))
		op := m.g.sending(o)
		if o.twice { // once more, at once
			m.sub.Send([]byte(o.data), func(err error) { m.g.answered(op, err) })
		}
		m.sub.Send([]byte(o.data), func(err error) { m.g.answered(op, err); <-free })
	}
	for range cap(free) {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			m.g.t.Errorf("%s waits for its last answers", m.name)
			return
		}
	}
}

// now is the clock of the history.
func (g *gathering) now() int64 { return int64(time.Since(g.began)) }

func (g *gathering) sending(o liveOp) *livehistory.Op {
	g.mu.Lock()
	defer g.mu.Unlock()
	op := &livehistory.Op{Name: o.name, Data: o.logged, Sent: g.now()}
	g.ops = append(g.ops, op)
	return op
}

func (g *gathering) answered(op *livehistory.Op, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil && op.Outcome == livehistory.Refused, liveclient.Refused(err) && op.Outcome == livehistory.Acked:
		g.t.Errorf("%s was acknowledged, and refused: %v", op.Name, err)
	case err == nil && op.Outcome == livehistory.Unknown:
		op.Outcome, op.Acked = livehistory.Acked, g.now()
		select {
		case g.acks <- struct{}{}:
		default:
		}
	case liveclient.Refused(err):
		op.Outcome = livehistory.Refused
	}
}

// history waits until all who are there were shown all, sends them away, reads the log, and gives what it all was.
func (g *gathering) history(ctx context.Context) *livehistory.History {
	g.t.Helper()
	h := &livehistory.History{Channel: g.channel, Fold: g.fold}
	for deadline := time.Now().Add(10 * time.Second); ; { // the node that is asked may be a little behind another
		h.Epoch, h.Log = g.log(ctx)
		if g.complete(h.Log) || time.Now().After(deadline) {
			break
		}
	}
	for _, m := range g.people {
		if !g.caughtUp(ctx, m, uint64(len(h.Log))) {
			g.t.Logf("%s is at %+v, the log ends at %d", m.name, m.sub.Position(), len(h.Log))
		}
		m.c.Close()
		for i := range m.runs {
			m.runs[i].ToEnd = i == len(m.runs)-1
		}
		h.Runs = append(h.Runs, m.runs...)
	}
	for _, op := range g.ops {
		h.Ops = append(h.Ops, *op)
	}
	return h
}

// complete tells whether a log has all that was acknowledged.
func (g *gathering) complete(log []livehistory.Entry) bool {
	there := make(map[string]bool, len(log))
	for _, e := range log {
		there[e.Op] = true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, op := range g.ops {
		if op.Outcome == livehistory.Acked && !there[op.Name] {
			return false
		}
	}
	return true
}

func (g *gathering) caughtUp(ctx context.Context, m *member, end uint64) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(20 * time.Second); m.sub.Position().Offset < end; <-tick.C {
		if ctx.Err() != nil || time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// log reads the whole log.
func (g *gathering) log(ctx context.Context) (epoch string, all []livehistory.Entry) {
	g.t.Helper()
	if g.database != nil {
		return g.stored(ctx, g.database(g.t))
	}
	c, err := liveclient.Dial(ctx, g.url(), liveclient.Options{URL: g.url})
	if err != nil {
		g.t.Fatal(err)
	}
	defer c.Close()
	began := make(chan string, 10)
	if _, err := c.Subscribe(ctx, g.channel, liveclient.SubOptions{Token: g.token("clerk"), Handler: liveclient.Handler{
		Began: func(r *protocol.SubscribeResult) { began <- r.Epoch },
	}}); err != nil {
		g.t.Fatal(err)
	}
	epoch = <-began
	for {
		q := protocol.HistoryRequest{Channel: g.channel, Limit: 100, Since: &protocol.StreamPosition{Epoch: epoch, Offset: uint64(len(all))}}
		r, err := c.History(ctx, q)
		if err != nil {
			g.t.Fatalf("history of %s: %v", g.channel, err)
		}
		for i := range r.Publications {
			all = append(all, g.entry(&r.Publications[i]))
		}
		if len(r.Publications) == 0 || uint64(len(all)) >= r.Offset {
			return epoch, all
		}
	}
}
