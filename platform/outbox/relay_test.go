package outbox_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/outbox"
)

// never is an interval that no test lives to see the end of: what happens, happens for another reason.
const never = 24 * time.Hour

// run runs the relay until the test ends, or the function it gives is called.
func (p *process) run(t testing.TB) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.relay.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// A commit of this process wakes who listens: nothing waits for a poll.
func TestWake(t *testing.T) {
	each(t, outbox.Options{Poll: never}, func(t *testing.T, p *process) {
		heard := make(chan int, 100)
		p.start(func(_ context.Context, tx *db.Tx, e outbox.Event, n int) error {
			tx.After(func() { heard <- n })
			return nil
		})
		p.run(t)
		for n := range 20 {
			p.tell(sold, n)
			if a, b := <-heard, <-heard; a != n || b != n {
				t.Fatalf("heard %d and %d after %d was told", a, b, n)
			}
		}
	})
}

// So does an operator who has a parked event handed over again.
func TestRetryWakes(t *testing.T) {
	each(t, outbox.Options{Poll: never, Attempts: 1}, func(t *testing.T, p *process) {
		heard := make(chan int, 100)
		cause := errHandler
		p.start(func(_ context.Context, tx *db.Tx, e outbox.Event, n int) error {
			tx.After(func() { heard <- n })
			return cause
		})
		p.tell(sold, 1)
		p.work()
		parked, err := p.shop.Parked(t.Context(), 10)
		must(t, err)
		cause = nil
		p.run(t)
		p.tell(sold, 2)
		if a, b := <-heard, <-heard; a != 2 || b != 2 {
			t.Fatalf("heard %d and %d after 2 was told", a, b)
		}
		for _, e := range parked {
			must(t, p.shop.Retry(t.Context(), e.Listener, e.ID))
			if n := <-heard; n != 1 {
				t.Fatalf("heard %d", n)
			}
		}
	})
}

// What waits when the process starts is handed over without being told again.
func TestRunBegins(t *testing.T) {
	each(t, outbox.Options{Poll: never}, func(t *testing.T, p *process) {
		heard := make(chan int, 100)
		p.start(func(_ context.Context, tx *db.Tx, e outbox.Event, n int) error {
			tx.After(func() { heard <- n })
			return nil
		})
		p.tell(refused, 1, 2, 3)
		p.run(t)
		for want := 1; want <= 3; want++ {
			if n := <-heard; n != want {
				t.Errorf("heard %d, want %d", n, want)
			}
		}
	})
}

// Drain lets what has begun come to its end and begins nothing more.
func TestDrain(t *testing.T) {
	each(t, outbox.Options{Poll: never}, func(t *testing.T, p *process) {
		begun, goOn := make(chan struct{}), make(chan struct{})
		p.start(func(context.Context, *db.Tx, outbox.Event, int) error {
			begun <- struct{}{}
			<-goOn
			return nil
		})
		p.tell(refused, 1, 2)
		ran := make(chan error, 1)
		go func() { ran <- p.relay.Run(context.Background()) }()
		<-begun

		late, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.relay.Drain(late); !errors.Is(err, context.Canceled) {
			t.Errorf("it did not wait: %v", err)
		}
		drained := make(chan error, 1)
		go func() { drained <- p.relay.Drain(context.Background()) }()
		close(goOn)
		must(t, <-drained)
		must(t, <-ran)
		p.expect("stock", refused, 1)
		if n := p.waiting(); n != 1 {
			t.Errorf("%d wait", n)
		}
	})
}

func TestDrainWithoutRun(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		p.start(nil)
		must(t, p.relay.Drain(t.Context()))
		must(t, p.relay.Run(t.Context())) // it ends at once
	})
}

// A relay whose context ends stops, in whatever it is.
func TestRunEnds(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		begun := make(chan struct{}, 1)
		p.start(func(ctx context.Context, _ *db.Tx, _ outbox.Event, _ int) error {
			begun <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		})
		p.tell(refused, 1)
		stop := p.run(t)
		<-begun
		stop()
		if parked, err := p.shop.Parked(t.Context(), 1); err != nil || len(parked) != 0 {
			t.Errorf("%v, %v", parked, err)
		}
		if n := p.count("shop", `SELECT attempts FROM hotlane_outbox`); n != 0 {
			t.Errorf("%d attempts are counted", n)
		}
	})
}

// Lanes that are split over processes find each other in PostgreSQL. With SQLite each process has files of its own.
func TestSplit(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		clock, dir := newClock(), t.TempDir()
		teller := prepare(t, dbtest.NewSet(t, cfg, db.Options{}), clock, outbox.Options{})
		must(t, teller.shop.Migrate(t.Context()))
		set := db.NewSet(cfg, dir, db.Options{})
		defer func() { must(t, set.Close()) }()
		hearer := prepare(t, set, clock, outbox.Options{})
		must(t, hearer.stock.Migrate(t.Context()))
		must(t, set.Migrate(t.Context(), "stock", tables))
		must(t, hearer.relay.Listen(hearer.stock, effect(sold, nil)))
		must(t, hearer.relay.Start(t.Context()))

		teller.tell(sold, 1, 2)
		if n := teller.work(); n != 0 {
			t.Errorf("who does not serve the listener handed over %d", n)
		}
		n := hearer.work()
		if set.DB("shop").Dialect() == db.Postgres {
			if n != 2 {
				t.Errorf("%d handed over", n)
			}
			hearer.expect("stock", sold, 1, 2)
			return
		}
		if !strings.Contains(hearer.log.String(), "these events cannot come") || n != 0 {
			t.Errorf("%d handed over; the log: %s", n, hearer.log)
		}
		if _, err := os.Stat(filepath.Join(dir, "shop.db")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a file was made for a database of another process: %v", err)
		}
	})
}

// Many who tell at once, and on PostgreSQL two processes that serve the listeners: each effect is there once, and what one goroutine
// told is heard in its order.
func TestManyAtOnce(t *testing.T) {
	const tellers, each = 8, 25
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		clock := newClock()
		one := open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, outbox.Options{Poll: time.Millisecond}).start(nil)
		one.run(t)
		if one.set.DB("shop").Dialect() == db.Postgres {
			open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, outbox.Options{Poll: time.Millisecond}).start(nil).run(t)
		}
		var all sync.WaitGroup
		for g := range tellers {
			all.Go(func() {
				for n := range each {
					one.tell(sold, g*1000+n)
				}
			})
		}
		all.Wait()
		for one.waiting() > 0 {
			runtime.Gosched()
		}
		for _, lane := range []string{"stock", "mails"} {
			got := one.effects(lane, sold)
			if len(got) != tellers*each {
				t.Fatalf("%s: %d effects, want %d", lane, len(got), tellers*each)
			}
			for g := range tellers {
				var of []int
				for _, n := range got {
					if n/1000 == g {
						of = append(of, n%1000)
					}
				}
				if !slices.Equal(of, numbers(0, each-1)) {
					t.Errorf("%s heard from %d: %v", lane, g, of)
				}
			}
		}
	})
}
