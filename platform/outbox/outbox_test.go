package outbox_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/outbox"
)

// each runs a test with one process that serves all lanes, on every engine.
func each(t *testing.T, opt outbox.Options, fn func(t *testing.T, p *process)) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) { fn(t, open(t, set, newClock(), opt)) })
}

func TestPublish(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		ctx := t.Context()
		p.tell(sold, 0) // before anybody listens
		p.start(nil)
		p.tell(sold, 1, 2)
		p.tell(refused, 3)
		err := p.set.DB("shop").Write(ctx, func(tx *db.Tx) error {
			must(t, p.shop.Publish(ctx, tx, sold, 4))
			return errHandler // undone
		})
		if err == nil || p.waiting() != 5 {
			t.Fatalf("%v; %d rows wait", err, p.waiting())
		}
		p.tell("shop.closed", 5) // nobody wants to know
		if n := p.work(); n != 5 || p.waiting() != 0 {
			t.Errorf("%d handed over, %d left", n, p.waiting())
		}
		p.expect("stock", sold, 1, 2)
		p.expect("stock", refused, 3)
		p.expect("mails", sold, 1, 2)
		p.expect("mails", refused)
		if n := p.work(); n != 0 {
			t.Errorf("%d handed over again", n)
		}
	})
}

// An event arrives as it was sent: the same id for all, the publisher's time, the bytes of its JSON.
func TestEvent(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		var heard []outbox.Event
		hear := outbox.Handler{Topic: sold, Handle: func(_ context.Context, _ *outbox.Tx, e outbox.Event) error {
			heard = append(heard, e)
			return nil
		}}
		must(t, p.relay.Listen(p.stock, hear))
		must(t, p.relay.Listen(p.mails, hear))
		must(t, p.relay.Start(t.Context()))
		at := p.clock.Now()
		body := struct {
			Z string `json:"z"`
			A []int  `json:"a"`
		}{"한국어 \u0000 <&>", nil}
		must(t, p.set.DB("shop").Write(t.Context(), func(tx *db.Tx) error { return p.shop.Publish(t.Context(), tx, sold, body) }))
		p.clock.Advance(1)
		p.work()
		if len(heard) != 2 || heard[0].ID != heard[1].ID || len(heard[0].ID) != 26 {
			t.Fatalf("heard %+v", heard)
		}
		const text = `{"z":"한국어 \u0000 \u003c\u0026\u003e","a":null}`
		if e := heard[0]; e.Topic != sold || !e.At.Equal(at) || string(e.Body) != text {
			t.Errorf("heard %s at %s: %s", e.Topic, e.At, e.Body)
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		p.start(nil)
		for name, tt := range map[string]struct {
			topic string
			body  any
			says  string
		}{
			"another's topic": {"stock.gone", 1, "publisher's name"},
			"no topic":        {"shop", 1, "publisher's name"},
			"capitals":        {"shop.Sold", 1, "publisher's name"},
			"too many parts":  {"shop.a.b.c.d", 1, "publisher's name"},
			"no JSON":         {sold, func() {}, "unsupported type"},
			"too long":        {sold, strings.Repeat("x", outbox.MaxBody), "the most is 262144"},
		} {
			err := p.set.DB("shop").Write(t.Context(), func(tx *db.Tx) error { return p.shop.Publish(t.Context(), tx, tt.topic, tt.body) })
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := p.waiting(); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestListenRefuses(t *testing.T) {
	p := prepare(t, dbtest.NewSet(t, db.Config{}, db.Options{}), newClock(), outbox.Options{})
	handler := effect(sold, nil)
	must(t, p.relay.Listen(p.stock, handler))
	for name, tt := range map[string]struct {
		handler outbox.Handler
		says    string
	}{
		"twice":       {handler, "twice"},
		"no lane":     {effect("bank.paid", nil), "there is no lane bank"},
		"no topic":    {effect("Bank", nil), "a topic must be"},
		"no function": {outbox.Handler{Topic: refused}, "there is no Handle"},
	} {
		if err := p.relay.Listen(p.stock, tt.handler); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A handler hears a topic in the order in which it was told, whatever the batches.
func TestOrder(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		p.start(nil)
		for n := 1; n <= 90; n += 3 {
			p.tell(sold, n, n+1, n+2)
		}
		p.work()
		p.expect("stock", sold, numbers(1, 90)...)
		p.expect("mails", sold, numbers(1, 90)...)
	})
}

// Events may be told in the transaction that handles one.
func TestChain(t *testing.T) {
	each(t, outbox.Options{}, func(t *testing.T, p *process) {
		must(t, p.relay.Listen(p.mails, effect("stock.short", nil)))
		p.start(func(ctx context.Context, tx *db.Tx, e outbox.Event, n int) error {
			if e.Topic == refused {
				return p.stock.Publish(ctx, tx, "stock.short", n*10)
			}
			return nil
		})
		p.tell(refused, 1, 2)
		p.work()
		p.expect("mails", "stock.short", 10, 20)
	})
}
