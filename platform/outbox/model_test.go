package outbox_test

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestModel does to processes whatever may happen to them. What may not happen: an effect that is doubled, an event that is passed
// over, one that comes before another that was told before it, unless the first is parked.
func TestModel(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		if dsn, err := url.Parse(cfg.DSN.Reveal()); err == nil && dsn.Host != "" { // no power fails here: nothing need wait for the disk
			q := dsn.Query()
			q.Set("synchronous_commit", "off")
			dsn.RawQuery = q.Encode()
			cfg.DSN = telemetry.Secret(dsn.String())
		}
		set := dbtest.NewSet(t, cfg, db.Options{})
		p := open(t, set, newClock(), outbox.Options{}).start(nil) // the tables
		rapid.Check(t, func(rt *rapid.T) {
			p.t = rt
			m := &model{t: rt, p: p, clock: p.clock, set: set, told: map[string][]int{}, parked: map[heard][]int{}}
			m.wipe()
			m.restart()
			rt.Repeat(map[string]func(*rapid.T){
				"":        m.check,
				"tell":    m.tell,
				"tell no": m.undone,
				"work":    m.work,
				"crash":   m.crash,
				"restart": func(*rapid.T) { m.restart() },
				"pass":    m.pass,
				"sicken":  m.sicken,
				"heal":    func(*rapid.T) { m.sick = nil },
				"keep":    func(*rapid.T) { must(rt, m.p.relay.Keep(context.Background())) },
				"retry":   func(*rapid.T) { m.retry() },
			})
			m.end()
		})
	})
}

// heard is one handler.
type heard struct{ lane, topic string }

var handlers = []heard{{"stock", sold}, {"stock", refused}, {"mails", sold}}

type model struct {
	t      *rapid.T
	clock  *clock
	set    *db.Set
	p      *process
	next   int
	told   map[string][]int // by topic, what was committed
	parked map[heard][]int  // what ever was
	sick   []int            // the numbers that no handler can take
	calls  int              // to handlers, until the process crashes; less than 1: it does not
	after  bool             // the crash comes after the commit
	kill   context.CancelFunc
}

func (m *model) wipe() {
	for lane, tables := range map[string][]string{
		"shop":  {"hotlane_outbox", "hotlane_leases", "hotlane_listeners"},
		"stock": {"effects", "hotlane_inbox"},
		"mails": {"effects", "hotlane_inbox"},
	} {
		must(m.t, m.set.DB(lane).Write(context.Background(), func(tx *db.Tx) error {
			for _, table := range tables {
				if _, err := tx.Exec(context.Background(), "DELETE FROM "+table); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func (m *model) restart() {
	m.p.connect(outbox.Options{Attempts: 3, Keep: time.Hour})
	for _, h := range handlers {
		o := map[string]*outbox.Outbox{"stock": m.p.stock, "mails": m.p.mails}[h.lane]
		must(m.t, m.p.relay.Listen(o, effect(h.topic, m.handle)))
	}
	must(m.t, m.p.relay.Start(context.Background()))
}

func (m *model) handle(_ context.Context, tx *db.Tx, _ outbox.Event, n int) error {
	if m.calls--; m.calls == 0 {
		if m.after {
			tx.After(m.kill)
		} else {
			m.kill()
		}
	}
	if slices.Contains(m.sick, n) {
		return errHandler
	}
	return nil
}

func (m *model) tell(t *rapid.T) {
	topic := rapid.SampledFrom([]string{sold, refused}).Draw(t, "topic")
	many := rapid.SampledFrom([]int{1, 2, 3, 40}).Draw(t, "many") // a batch has 32
	m.p.tell(topic, numbers(m.next, m.next+many-1)...)
	m.told[topic] = append(m.told[topic], numbers(m.next, m.next+many-1)...)
	m.next += many
}

func (m *model) undone(*rapid.T) {
	_ = m.set.DB("shop").Write(context.Background(), func(tx *db.Tx) error {
		must(m.t, m.p.shop.Publish(context.Background(), tx, sold, -1))
		return errHandler
	})
}

func (m *model) work(*rapid.T) {
	m.calls = 0
	m.p.work()
}

func (m *model) crash(t *rapid.T) {
	m.calls, m.after = rapid.IntRange(1, 50).Draw(t, "calls"), rapid.Bool().Draw(t, "after")
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	m.kill = kill
	_, _ = m.p.relay.Work(ctx)
	m.restart()
}

func (m *model) pass(t *rapid.T) {
	m.clock.Advance(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "seconds")) * time.Second)
}

func (m *model) sicken(t *rapid.T) {
	if m.next > 0 {
		m.sick = append(m.sick, rapid.IntRange(0, m.next-1).Draw(t, "number"))
	}
}

func (m *model) retry() {
	list, err := m.p.shop.Parked(context.Background(), outbox.MaxParked)
	must(m.t, err)
	for _, e := range list {
		must(m.t, m.p.shop.Retry(context.Background(), e.Listener, e.ID))
	}
}

// check: what was never parked has been heard in the order in which it was told, without a hole; what was, at most once.
func (m *model) check(t *rapid.T) {
	m.note()
	for _, h := range handlers {
		effects := m.p.effects(h.lane, h.topic)
		seen := map[int]bool{}
		for _, n := range effects {
			if seen[n] || !slices.Contains(m.told[h.topic], n) {
				t.Fatalf("%v: the effect of %d is there twice, or was never told: %v", h, n, effects)
			}
			seen[n] = true
		}
		got, want := m.never(h, effects), m.never(h, m.told[h.topic])
		if !slices.Equal(got, want[:min(len(got), len(want))]) {
			t.Fatalf("%v heard %v of %v", h, got, want)
		}
	}
}

// note remembers what is parked.
func (m *model) note() {
	list, err := m.p.shop.Parked(context.Background(), outbox.MaxParked)
	must(m.t, err)
	for _, e := range list {
		h := heard{e.Listener, e.Topic}
		var n int
		for _, c := range e.Body {
			n = n*10 + int(c-'0')
		}
		if !slices.Contains(m.parked[h], n) {
			m.parked[h] = append(m.parked[h], n)
		}
	}
}

func (m *model) never(h heard, all []int) (list []int) {
	for _, n := range all {
		if !slices.Contains(m.parked[h], n) {
			list = append(list, n)
		}
	}
	return list
}

// end: when all is well again, everything has been heard.
func (m *model) end() {
	m.sick, m.calls = nil, 0
	m.retry()
	m.clock.Advance(time.Hour)
	m.p.work()
	m.check(m.t)
	for _, h := range handlers {
		if got, want := len(m.p.effects(h.lane, h.topic)), len(m.told[h.topic]); got != want {
			m.t.Fatalf("%v heard %d of %d", h, got, want)
		}
	}
	if n := m.p.waiting(); n != 0 {
		m.t.Fatalf("%d rows are left", n)
	}
}
