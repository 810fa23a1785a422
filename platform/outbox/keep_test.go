package outbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/outbox"
)

const day = 24 * time.Hour

// An inbox row goes when it is old, unless its event may come again.
func TestInboxIsCleaned(t *testing.T) {
	each(t, outbox.Options{Keep: 7 * day}, func(t *testing.T, p *process) {
		ctx, crash := context.WithCancel(t.Context())
		defer crash()
		p.start(func(_ context.Context, tx *db.Tx, e outbox.Event, n int) error {
			if n == 3 && e.Topic == refused {
				tx.After(crash) // handled, and nobody could say so
			}
			return nil
		})
		p.tell(refused, 1, 2)
		p.work()
		p.tell(refused, 3)
		if _, err := p.relay.Work(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			pass time.Duration
			rows int
		}{{6 * day, 3}, {day, 3}, {day, 1}, {100 * day, 1}} {
			p.clock.Advance(tt.pass)
			must(t, p.relay.Keep(t.Context()))
			if n := p.count("stock", `SELECT COUNT(*) FROM hotlane_inbox`); n != tt.rows {
				t.Fatalf("after %s more: %d inbox rows, want %d", tt.pass, n, tt.rows)
			}
		}
		p.work()
		p.expect("stock", refused, 1, 2, 3)
		must(t, p.relay.Keep(t.Context()))
		if n := p.count("stock", `SELECT COUNT(*) FROM hotlane_inbox`); n != 0 {
			t.Errorf("%d inbox rows when all is done", n)
		}
	})
}

func TestManyInboxRowsAreCleaned(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		p.start(nil)
		p.tell(refused, numbers(1, 600)...)
		p.work()
		p.clock.Advance(8 * day)
		must(t, p.relay.Keep(t.Context()))
		if n := p.count("stock", `SELECT COUNT(*) FROM hotlane_inbox`); n != 0 {
			t.Errorf("%d inbox rows", n)
		}
	})
}

// Who has not been there for long is not written for any more; what is there stays.
func TestUnseenListener(t *testing.T) {
	each(t, outbox.Options{Forget: 30 * day}, func(t *testing.T, p *process) {
		p.start(nil)
		gone := open(t, p.set, p.clock, outbox.Options{Forget: 30 * day}) // serves the three lanes, of which none listens now
		p.tell(refused, 1)
		for range 31 {
			p.clock.Advance(day)
			must(t, gone.relay.Keep(t.Context()))
			p.tell(refused, 2)
		}
		if n := p.waiting(); n != 31 {
			t.Errorf("%d events are kept, want 31", n)
		}
		if !strings.Contains(gone.log.String(), "nobody has served this listener") {
			t.Errorf("the log does not say so: %s", gone.log)
		}
		if n := gone.metric("outbox_waiting", "stock"); n != 31 {
			t.Errorf("%v wait by the metrics", n)
		}
		if n := gone.metric("outbox_oldest_seconds", "stock"); n != (31 * day).Seconds() {
			t.Errorf("the oldest is %v s old by the metrics", n)
		}
		n, err := p.shop.Forget(t.Context(), "stock")
		if err != nil || n != 31 || p.waiting() != 0 {
			t.Errorf("%d forgotten, %d left, %v", n, p.waiting(), err)
		}
	})
}

// Who is there stays, however little happens.
func TestSeenListener(t *testing.T) {
	each(t, outbox.Options{Forget: 30 * day}, func(t *testing.T, p *process) {
		p.start(nil)
		for range 40 {
			p.clock.Advance(day)
			must(t, p.relay.Keep(t.Context()))
		}
		p.tell(sold, 1)
		p.work()
		p.expect("mails", sold, 1)
	})
}
