package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/outbox"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is what testing.T and rapid.T share.
type tester interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The lanes of these tests: shop tells, stock and mails listen. An effect is a row; a doubled one would be two.
const effects = `-- +goose Up
CREATE TABLE effects (pos BIGINT NOT NULL, topic TEXT NOT NULL, n BIGINT NOT NULL);
CREATE TABLE orders (n BIGINT NOT NULL);
`

var tables = fstest.MapFS{
	"sqlite/00001_effects.sql":   {Data: []byte(effects)},
	"postgres/00001_effects.sql": {Data: []byte(effects)},
}

const (
	sold    = "shop.sold"
	refused = "shop.refused"
)

// clock stands still until it is moved.
type clock struct{ micros atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.micros.Store(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixMicro())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMicro(c.micros.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.micros.Add(d.Microseconds()) }

// process is one process: its handles, its relay, its log.
type process struct {
	t                  tester
	clock              *clock
	set                *db.Set
	shop, stock, mails *outbox.Outbox
	relay              *outbox.Relay
	registry           *prometheus.Registry
	log                *logs
}

type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// open makes a process that serves all three lanes, with their tables.
func open(t tester, set *db.Set, clock *clock, opt outbox.Options) *process {
	t.Helper()
	p := prepare(t, set, clock, opt)
	for _, o := range []*outbox.Outbox{p.shop, p.stock, p.mails} {
		must(t, o.Migrate(context.Background()))
	}
	return p
}

// prepare makes a process that has not migrated the outbox of any lane.
func prepare(t tester, set *db.Set, clock *clock, opt outbox.Options) *process {
	t.Helper()
	p := &process{t: t, clock: clock, set: set, log: &logs{}}
	deps := p.deps()
	p.shop, p.stock, p.mails = p.lane("shop", deps), p.lane("stock", deps), p.lane("mails", deps)
	p.connect(opt)
	return p
}

func (p *process) deps() outbox.Deps {
	return outbox.Deps{Now: p.clock.Now, Log: slog.New(slog.NewTextHandler(p.log, nil))}
}

// connect gives it a relay to which nobody listens.
func (p *process) connect(opt outbox.Options) {
	p.t.Helper()
	p.registry = prometheus.NewRegistry()
	deps := p.deps()
	deps.Metrics = p.registry
	var err error
	p.relay, err = outbox.NewRelay([]*outbox.Outbox{p.shop, p.stock, p.mails}, deps, opt)
	must(p.t, err)
}

func (p *process) lane(name string, deps outbox.Deps) *outbox.Outbox {
	return outbox.New(p.set.DB(name), deps)
}

// start: stock listens to all, mails to what was sold; what a handler does before its effect is the test's.
func (p *process) start(before func(ctx context.Context, tx *db.Tx, e outbox.Event, n int) error) *process {
	p.t.Helper()
	for _, name := range []string{"shop", "stock", "mails"} {
		must(p.t, p.set.Migrate(context.Background(), name, tables))
	}
	handler := func(topic string) outbox.Handler { return effect(topic, before) }
	must(p.t, p.relay.Listen(p.stock, handler(sold), handler(refused)))
	must(p.t, p.relay.Listen(p.mails, handler(sold)))
	must(p.t, p.relay.Start(context.Background()))
	return p
}

// effect writes a row for an event.
func effect(topic string, before func(context.Context, *db.Tx, outbox.Event, int) error) outbox.Handler {
	return outbox.Of(topic, func(ctx context.Context, tx *outbox.Tx, e outbox.Event, n int) error {
		if before != nil {
			if err := before(ctx, tx, e, n); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO effects (pos, topic, n) SELECT COALESCE(MAX(pos), 0) + 1, CAST($1 AS TEXT), CAST($2 AS BIGINT) FROM effects`, topic, n)
		return err
	})
}

// tell publishes numbers in one transaction.
func (p *process) tell(topic string, numbers ...int) {
	p.t.Helper()
	must(p.t, p.set.DB("shop").Write(context.Background(), func(tx *db.Tx) error {
		for _, n := range numbers {
			if err := p.shop.Publish(context.Background(), tx, topic, n); err != nil {
				return err
			}
		}
		return nil
	}))
}

// work hands over what is due and says how much that was.
func (p *process) work() int {
	p.t.Helper()
	n, err := p.relay.Work(context.Background())
	must(p.t, err)
	return n
}

// effects are the numbers that a lane has heard under a topic, in order.
func (p *process) effects(lane, topic string) (list []int) {
	p.t.Helper()
	rows, err := p.set.DB(lane).Query(context.Background(), `SELECT n FROM effects WHERE topic = $1 ORDER BY pos`, topic)
	must(p.t, err)
	defer rows.Close()
	for rows.Next() {
		var n int
		must(p.t, rows.Scan(&n))
		list = append(list, n)
	}
	must(p.t, rows.Err())
	return list
}

func (p *process) expect(lane, topic string, want ...int) {
	p.t.Helper()
	if got := p.effects(lane, topic); !slices.Equal(got, want) {
		p.t.Errorf("%s heard of %s: %v, want %v", lane, topic, got, want)
	}
}

// count is the number of rows that match, in the database of a lane.
func (p *process) count(lane, query string, args ...any) (n int) {
	p.t.Helper()
	must(p.t, p.set.DB(lane).QueryRow(context.Background(), query, args...).Scan(&n))
	return n
}

func (p *process) waiting() int {
	p.t.Helper()
	return p.count("shop", `SELECT COUNT(*) FROM hotlane_outbox`)
}

// metric is one value that the relay reports; -1: none.
func (p *process) metric(name, listener string) float64 {
	p.t.Helper()
	all, err := p.registry.Gather()
	must(p.t, err)
	for _, family := range all {
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if family.GetName() == name && l.GetName() == "listener" && l.GetValue() == listener {
					return m.GetGauge().GetValue() + m.GetCounter().GetValue()
				}
			}
		}
	}
	return -1
}

var errHandler = errors.New("the handler does not want to")

func numbers(from, to int) (list []int) {
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}
