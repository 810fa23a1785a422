package allocation

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/db"
)

// testLane is a lane on a database of its own, with a clock that a test sets.
type testLane struct {
	*Lane
	t     *testing.T
	dir   string
	clock *atomic.Int64 // unix milliseconds
	dbs   *db.Set       // shared with another lane; nil: its own
	demo  bool
	stop  func()
}

// noon is when tests begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func startLane(t *testing.T, change func(*Config)) *testLane {
	t.Helper()
	l := newTestLane(t)
	l.start(change)
	return l
}

func newTestLane(t *testing.T) *testLane {
	clock := new(atomic.Int64)
	clock.Store(noon.UnixMilli())
	l := &testLane{t: t, dir: t.TempDir(), clock: clock, stop: func() {}}
	t.Cleanup(func() { l.stop() })
	return l
}

// start runs the lane on its folder; after stop it can be started again, as after a restart of the process.
func (l *testLane) start(change func(*Config)) {
	l.t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	set, closeSet := l.dbs, func() error { return nil }
	if set == nil {
		set = db.NewSet(db.DefaultConfig(), l.dir, db.Options{})
		closeSet = set.Close
	}
	now := func() time.Time { return time.UnixMilli(l.clock.Load()) }
	made, err := New(cfg, lane.Deps{Log: slog.New(slog.DiscardHandler), Now: now, DB: set.DB, Metrics: prometheus.NewRegistry(), Demo: l.demo})
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	for name, files := range made.Migrations() {
		if err := set.Migrate(ctx, name, files); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := made.Start(ctx); err != nil {
		l.t.Fatal(err)
	}
	l.Lane = made
	done := make(chan error, 1)
	go func() { done <- made.Run(ctx) }()
	l.stop = func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Error("run:", err)
		}
		if err := closeSet(); err != nil {
			l.t.Error("close:", err)
		}
		l.stop = func() {}
	}
}

// put imports things, a line each, and waits until decisions see them.
func (l *testLane) put(lines ...string) {
	l.t.Helper()
	if _, err := l.Import(context.Background(), "ndjson", "", strings.NewReader(strings.Join(lines, "\n"))); err != nil {
		l.t.Fatal(err)
	}
	l.settle()
}

// settle waits until the catalogue in use holds what is stored.
func (l *testLane) settle() {
	l.t.Helper()
	l.until("the catalogue is refreshed", func() bool {
		revision, err := l.store.Changed(context.Background(), 0, func(Row) error { return nil })
		return err == nil && l.catalogue.Load().revision >= revision
	})
}

func (l *testLane) until(what string, is func() bool) {
	l.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			l.t.Fatal("never: " + what)
		}
	}
}

func (l *testLane) decide(req *Request) *Answer {
	l.t.Helper()
	a, err := l.Decide(context.Background(), req)
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// shown writes an answer as line items by slot.
func shown(a *Answer) string {
	var b strings.Builder
	for i, p := range a.Placements {
		if i > 0 {
			b.WriteString(" | ")
		}
		for n, it := range p.Items {
			if n > 0 {
				b.WriteString(" ")
			}
			fmt.Fprintf(&b, "%d:%s", it.Slot, it.LineItem)
		}
	}
	return b.String()
}

func ask(placement string, count int, user string) *Request {
	return &Request{Placements: []Ask{{ID: placement, Count: count}}, User: UserInfo{ID: user}}
}

// warm waits until a budgeted item has a lease.
func (l *testLane) warm(lineItem string) {
	l.t.Helper()
	l.until("a lease for "+lineItem, func() bool {
		it := l.catalogue.Load().lineItems.get(lineItem)
		_, why := l.money.reserve(it, l.clock.Load(), true)
		return why == reasonNone
	})
}
