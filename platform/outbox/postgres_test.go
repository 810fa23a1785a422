//go:build integration

package outbox_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/outbox"
)

// Numbers of a sequence are given out when a row is written, and seen when its transaction is committed: a reader who keeps the last
// number he saw passes over the slow ones. Here every second transaction is slow.
func TestSlowTransactions(t *testing.T) {
	p := open(t, dbtest.NewSet(t, dbtest.Postgres(t), db.Options{}), newClock(), outbox.Options{}).start(nil)
	ctx := t.Context()
	const slow = 4
	var all sync.WaitGroup
	written := make(chan struct{})
	goOn := make([]chan struct{}, slow)
	for i := range slow {
		goOn[i] = make(chan struct{})
		all.Go(func() {
			err := p.set.DB("shop").Write(ctx, func(tx *db.Tx) error {
				must(t, p.shop.Publish(ctx, tx, refused, i))
				written <- struct{}{}
				<-goOn[i]
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-written // the number is given out
		p.tell(refused, 100+i)
		p.work()
	}
	p.expect("stock", refused, 100, 101, 102, 103) // no one waits for the slow ones
	for i := slow - 1; i >= 0; i-- {               // they end in the other order
		close(goOn[i])
	}
	all.Wait()
	p.work()
	p.expect("stock", refused, 100, 101, 102, 103, 0, 1, 2, 3)
}

// Of two processes one works on a topic. When it is killed the other goes on as soon as the lease is over.
func TestLease(t *testing.T) {
	cfg, clock := dbtest.Postgres(t), newClock()
	opt := outbox.Options{Timeout: time.Minute}
	inHand, goOn := make(chan struct{}), make(chan struct{})
	one := open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, opt).start(func(_ context.Context, _ *db.Tx, e outbox.Event, n int) error {
		if e.Topic == refused && n == 1 {
			inHand <- struct{}{}
			<-goOn
		}
		return nil
	})
	two := open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, opt).start(nil)
	one.tell(refused, 1, 2)
	done := make(chan int)
	go func() {
		n, err := one.relay.Work(context.Background())
		if err != nil {
			t.Error(err)
		}
		done <- n
	}()
	<-inHand
	if n := two.work(); n != 0 {
		t.Errorf("the second process handed over %d beside the first", n)
	}
	close(goOn)
	if n := <-done; n != 2 {
		t.Errorf("the first handed over %d", n)
	}
	one.tell(refused, 3)
	if n := two.work(); n != 1 { // the first gave the lease back
		t.Errorf("the second handed over %d", n)
	}
	one.expect("stock", refused, 1, 2, 3)

	// As if the first had been killed with the lease in its hand.
	must(t, one.set.DB("shop").Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE hotlane_leases SET owner = 'one', until = $1`, clock.Now().Add(2*time.Minute).UnixMicro())
		return err
	}))
	one.tell(refused, 4)
	if n := two.work(); n != 0 {
		t.Errorf("the lease is not honoured: %d", n)
	}
	clock.Advance(2 * time.Minute)
	if n := two.work(); n != 1 {
		t.Errorf("the lease has no end: %d", n)
	}
}

// Two processes that both believe to have the lease, the first of which was stopped in the middle of an effect: the second waits for
// the first's transaction, and the effect is there once, in order.
func TestTwoOwners(t *testing.T) {
	cfg, clock := dbtest.Postgres(t), newClock()
	inHand, goOn := make(chan struct{}), make(chan struct{})
	one := open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, outbox.Options{}).start(func(_ context.Context, _ *db.Tx, e outbox.Event, n int) error {
		if n == 1 {
			inHand <- struct{}{}
			<-goOn
		}
		return nil
	})
	begun := make(chan struct{})
	two := open(t, dbtest.NewSet(t, cfg, db.Options{}), clock, outbox.Options{}).start(nil)
	one.tell(refused, 1, 2, 3)
	var both sync.WaitGroup
	work := func(p *process) {
		if _, err := p.relay.Work(context.Background()); err != nil {
			t.Error(err)
		}
	}
	both.Go(func() { work(one) })
	<-inHand
	clock.Advance(time.Hour)
	both.Go(func() {
		close(begun)
		work(two)
	})
	<-begun
	for two.count("shop", `SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%hotlane_inbox%'`) == 0 {
		runtime.Gosched() // until the second waits for the first
	}
	close(goOn)
	both.Wait()
	one.expect("stock", refused, 1, 2, 3)
	if n := one.waiting(); n != 0 {
		t.Errorf("%d rows left", n)
	}
}
