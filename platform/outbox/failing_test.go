package outbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/outbox"
)

// failing refuses one number in one lane, as long as it is told to.
func failing(lane string, number int, err *error) func(context.Context, *db.Tx, outbox.Event, int) error {
	return func(ctx context.Context, tx *db.Tx, e outbox.Event, n int) error {
		if n != number || *err == nil {
			return nil
		}
		if _, failed := tx.Exec(ctx, `INSERT INTO orders (n) VALUES (1)`); failed != nil { // must be undone
			return failed
		}
		return *err
	}
}

func TestHandlerFails(t *testing.T) {
	each(t, outbox.Options{Attempts: 4}, func(t *testing.T, p *process) {
		cause := errHandler
		var calls []time.Duration
		began := p.clock.Now()
		p.start(nil)
		// Of the topic refused, so that it shows which handlers are held up: none but this one.
		must(t, p.relay.Listen(p.mails, effect(refused, func(ctx context.Context, tx *db.Tx, e outbox.Event, n int) error {
			if n == 2 {
				calls = append(calls, p.clock.Now().Sub(began))
			}
			return failing("mails", 2, &cause)(ctx, tx, e, n)
		})))
		p.tell(refused, 0) // mails is not known to listen yet
		p.work()
		p.tell(refused, 1, 2, 3)
		p.tell(sold, 4)
		for range 80 {
			p.work()
			p.clock.Advance(100 * time.Millisecond)
		}
		p.expect("stock", refused, 0, 1, 2, 3)
		p.expect("stock", sold, 4)
		p.expect("mails", sold, 4)
		p.expect("mails", refused, 1, 3)
		if want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}; !slices.Equal(calls, want) {
			t.Errorf("called at %v, want %v", calls, want)
		}
		if n := p.count("mails", `SELECT COUNT(*) FROM orders`); n != 0 {
			t.Errorf("%d rows of attempts that failed", n)
		}
		parked, err := p.shop.Parked(t.Context(), 10)
		must(t, err)
		if len(parked) != 1 || parked[0].Topic != refused || parked[0].Listener != "mails" || parked[0].Attempts != 4 || parked[0].Body != "2" ||
			parked[0].Error != errHandler.Error() || !parked[0].Since.Equal(began.Add(7*time.Second)) || !parked[0].At.Equal(began) {
			t.Fatalf("parked: %+v", parked)
		}
		if !strings.Contains(p.log.String(), "level=ERROR") || !strings.Contains(p.log.String(), parked[0].ID) {
			t.Errorf("the log does not say so: %s", p.log)
		}
		must(t, p.relay.Keep(t.Context()))
		if n := p.metric("outbox_parked", "mails"); n != 1 {
			t.Errorf("%v parked by the metrics", n)
		}
		if n := p.metric("outbox_failures_total", "mails"); n != 4 {
			t.Errorf("%v failures by the metrics", n)
		}

		if err := p.shop.Retry(t.Context(), "stock", parked[0].ID); !errors.Is(err, outbox.ErrNotParked) {
			t.Errorf("retried for who has handled it: %v", err)
		}
		cause = nil
		must(t, p.shop.Retry(t.Context(), "mails", parked[0].ID))
		if n := p.work(); n != 1 || p.waiting() != 0 {
			t.Errorf("%d handed over, %d left", n, p.waiting())
		}
		p.expect("mails", refused, 1, 3, 2)
		p.expect("stock", refused, 0, 1, 2, 3)
	})
}

func TestParkedIsRemoved(t *testing.T) {
	each(t, outbox.Options{Attempts: 1}, func(t *testing.T, p *process) {
		p.start(func(context.Context, *db.Tx, outbox.Event, int) error { panic("a mistake") })
		p.tell(sold, 1)
		p.work()
		parked, err := p.shop.Parked(t.Context(), 10)
		must(t, err)
		if len(parked) != 2 || !strings.Contains(parked[0].Error, "the handler panicked: a mistake") {
			t.Fatalf("parked: %+v", parked)
		}
		must(t, p.shop.Remove(t.Context(), "stock", parked[0].ID))
		if err := p.shop.Remove(t.Context(), "stock", parked[0].ID); !errors.Is(err, outbox.ErrNotParked) {
			t.Errorf("removed twice: %v", err)
		}
		if n := p.waiting(); n != 1 {
			t.Errorf("%d rows, want the one of the other listener", n)
		}
	})
}

// What cannot be read is not worse than what cannot be done.
func TestBodyOfAnotherType(t *testing.T) {
	each(t, outbox.Options{Attempts: 2}, func(t *testing.T, p *process) {
		p.start(nil)
		must(t, p.set.DB("shop").Write(t.Context(), func(tx *db.Tx) error { return p.shop.Publish(t.Context(), tx, sold, "one") }))
		p.work()
		p.clock.Advance(time.Second)
		p.work()
		if parked, err := p.shop.Parked(t.Context(), 10); err != nil || len(parked) != 2 || !strings.Contains(parked[0].Error, "body of the event") {
			t.Errorf("parked: %+v, %v", parked, err)
		}
	})
}

// While a listener's database is not as it should be, its events wait and nothing is counted against them.
func TestListenersDatabaseIsDown(t *testing.T) {
	each(t, outbox.Options{Attempts: 1}, func(t *testing.T, p *process) {
		p.start(nil)
		rename := func(from, to string) {
			must(t, p.set.DB("mails").Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to)
				return err
			}))
		}
		rename("hotlane_inbox", "away")
		p.tell(sold, 1, 2)
		for range 5 {
			if _, err := p.relay.Work(t.Context()); err == nil {
				t.Error("nothing is said")
			}
		}
		p.expect("stock", sold, 1, 2)
		rename("away", "hotlane_inbox")
		p.work()
		p.expect("mails", sold, 1, 2)
	})
}

// A crash is a context that ends: right before the listener's commit, or right after it, before the publisher's row is deleted.
func TestCrash(t *testing.T) {
	for _, point := range []string{"before", "after"} {
		t.Run(point, func(t *testing.T) {
			each(t, outbox.Options{}, func(t *testing.T, p *process) {
				ctx, crash := context.WithCancel(t.Context())
				defer crash()
				p.start(func(_ context.Context, tx *db.Tx, e outbox.Event, n int) error {
					switch {
					case n != 5:
					case point == "before":
						crash()
					default:
						tx.After(crash)
					}
					return nil
				})
				p.tell(sold, numbers(1, 9)...)
				if _, err := p.relay.Work(ctx); !errors.Is(err, context.Canceled) {
					t.Fatalf("it goes on: %v", err)
				}
				if n := p.waiting(); n == 0 {
					t.Fatal("nothing is left to be handed over again")
				}
				p.clock.Advance(time.Hour) // what held a lease is gone
				p.work()
				p.expect("stock", sold, numbers(1, 9)...)
				p.expect("mails", sold, numbers(1, 9)...)
				if n := p.waiting(); n != 0 {
					t.Errorf("%d rows left", n)
				}
			})
		})
	}
}
