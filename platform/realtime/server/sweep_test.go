package server

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func TestWhoSaysNothingIsStale(t *testing.T) {
	r := newRig(t, options{})
	c := dial(t, r.url, protocol.JSON)
	eventually(t, "it is there", func() bool { return len(r.sessions()) == 1 })
	r.passes(9 * time.Second)
	if len(r.sessions()) != 1 {
		t.Error("gone too early")
	}
	r.passes(2 * time.Second)
	if code := c.ended(); code != protocol.DisconnectStale.Code {
		t.Errorf("code %d", code)
	}
}

func TestWhoAnswersPingsStays(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann")
		for round := range int64(5) { // of 25 s, and the first is sooner
			r.lives(25 * time.Second)
			if n := c.pings.Load(); n != round+1 {
				t.Errorf("%d pings in %d times 25 s", n, round+1)
			}
		}
		if r := c.do(protocol.Command{Ping: &protocol.PingRequest{}}); r.Ping == nil {
			t.Errorf("%+v", r)
		}
		c.conn.Close()
		eventually(t, "it is gone", func() bool { return len(r.sessions()) == 0 })
	})
}

// rests waits until no session is busy.
func (r *rig) rests() {
	r.t.Helper()
	eventually(r.t, "nothing is being done", func() bool {
		return !slices.ContainsFunc(r.sessions(), func(c *session) bool { return c.busy.Load() })
	})
}

// waits is how many pongs are awaited.
func (r *rig) waits() (n int) {
	r.each(func(c *session) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.waiting {
			n++
		}
	})
	return n
}

func TestWhoAnswersNoPingIsGone(t *testing.T) {
	r := newRig(t, options{})
	c := dial(t, r.url, protocol.JSON)
	c.pongs = false
	c.in("ann")
	r.rests()
	r.passes(35 * time.Second) // ping 25, pong 8, and a sweep each second
	if code := c.ended(); code != protocol.DisconnectNoPong.Code || c.pings.Load() != 1 {
		t.Errorf("code %d after %d pings", code, c.pings.Load())
	}
}

func TestPingsAreSpread(t *testing.T) {
	r := newRig(t, options{})
	for range 50 {
		dial(t, r.url, protocol.JSON).in("ann")
	}
	soonest, latest := int64(1<<62), int64(0)
	r.each(func(c *session) { soonest, latest = min(soonest, c.due.Load()), max(latest, c.due.Load()) })
	if now := r.now(); soonest <= now || latest > now+25_000 || latest-soonest < 5_000 {
		t.Errorf("the first ping in %d to %d ms", soonest-now, latest-now)
	}
}

func TestATokenThatExpires(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		if hello := c.in("ann/60s"); !hello.Expires || hello.TTL != 60 {
			t.Errorf("%+v", hello)
		}
		r.lives(80 * time.Second) // in the grace of 25 s
		got := c.do(protocol.Command{Refresh: &protocol.RefreshRequest{Token: "ann/100s"}}).Refresh
		if got == nil || !got.Expires || got.TTL != 100 {
			t.Errorf("refresh: %+v", got)
		}
		r.lives(120 * time.Second)
		c.do(protocol.Command{Ping: &protocol.PingRequest{}})
		r.passes(6 * time.Second)
		if code := c.ended(); code != protocol.DisconnectExpired.Code {
			t.Errorf("code %d", code)
		}
	})
}

func TestRefreshes(t *testing.T) {
	r := newRig(t, options{})
	for token, want := range map[string]uint32{
		"bob/60s": protocol.DisconnectInvalidToken.Code, "wrong": protocol.DisconnectInvalidToken.Code, "": protocol.DisconnectInvalidToken.Code,
	} {
		c := dial(t, r.url, protocol.JSON)
		c.in("ann/60s")
		c.post(protocol.Command{Refresh: &protocol.RefreshRequest{Token: token}})
		if code := c.ended(); code != want {
			t.Errorf("%q: code %d", token, code)
		}
	}
	c := dial(t, r.url, protocol.JSON)
	c.in("ann/60s")
	if got := c.do(protocol.Command{Refresh: &protocol.RefreshRequest{Token: "expired"}}); got.Error == nil || got.Error.Code != 109 {
		t.Errorf("expired: %+v", got.Error)
	}
	if got := c.do(protocol.Command{Refresh: &protocol.RefreshRequest{Token: "down"}}); got.Error == nil || !got.Error.Temporary {
		t.Errorf("when it cannot be checked: %+v", got.Error)
	}
	if got := c.do(protocol.Command{Refresh: &protocol.RefreshRequest{Token: "ann"}}); got.Refresh == nil || got.Refresh.Expires {
		t.Errorf("for ever: %+v", got)
	}
}

func TestASubscriptionThatExpires(t *testing.T) {
	r := newRig(t, options{})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann")
		sub := func(token string) protocol.Reply {
			return c.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "paid:1", Token: token}})
		}
		if got := sub("ann/paid:2/60s"); got.Error == nil || got.Error.Code != 103 {
			t.Errorf("a token for another channel: %+v", got)
		}
		if got := sub("ann/paid:1/60s").Subscribe; got == nil || !got.Expires || got.TTL != 60 {
			t.Fatalf("%+v", got)
		}
		r.lives(80 * time.Second)
		renew := protocol.Command{SubRefresh: &protocol.SubRefreshRequest{Channel: "paid:1", Token: "ann/paid:1/10s"}}
		if got := c.do(renew).SubRefresh; got == nil || !got.Expires || got.TTL != 10 {
			t.Errorf("sub_refresh: %+v", got)
		}
		renew.SubRefresh.Token = "bob/paid:1/10s"
		if got := c.do(renew); got.Error == nil || got.Error.Code != 103 {
			t.Errorf("with another's token: %+v", got)
		}
		r.lives(36 * time.Second)
		p := c.push()
		if p.Channel != "paid:1" || p.Unsubscribe == nil || p.Unsubscribe.Code != protocol.UnsubscribeExpired.Code {
			t.Errorf("%+v", p)
		}
		if err := c.publish("paid:1", op("instance", 1)); err == nil || err.Code != 103 {
			t.Errorf("it is out: %v", err)
		}
		if got := sub("ann/paid:1/60s"); got.Subscribe == nil {
			t.Errorf("in again: %+v", got.Error)
		}
		c.conn.Close()
		eventually(t, "it is gone", func() bool { return len(r.sessions()) == 0 })
	})
}

func TestWhenTheClockIsSet(t *testing.T) {
	even := atomic.Int64{}
	r := newRig(t, options{even: even.Load})
	ever, limited := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	ever.in("ann")
	limited.in("bob/1h")
	second := func() { // of time that goes on evenly
		even.Add(1000)
		r.sweep(r.now())
		eventually(t, "the pongs", func() bool { return r.waits() == 0 })
	}
	for round, jump := range []time.Duration{30 * time.Minute, -24 * time.Hour, 24 * time.Hour} {
		r.clock.advance(jump)
		for range 26 {
			second()
		}
		for _, c := range []*client{ever, limited} {
			if n := c.pings.Load(); n < int64(round+1) || n > int64(round+2) {
				t.Errorf("%d pings in %d times 26 s", n, round+1)
			}
			if got := c.do(ping()); got.Ping == nil {
				t.Errorf("after %s: %+v", jump, got)
			}
		}
	}
	r.clock.advance(31 * time.Minute)
	for range 26 {
		second()
	}
	if code := limited.ended(); code != protocol.DisconnectExpired.Code {
		t.Errorf("a token that has expired by the clock: code %d", code)
	}
	if got := ever.do(ping()); got.Ping == nil {
		t.Errorf("%+v", got)
	}
}

// TestWhoWaitsForACommandIsNotGone: its pong stands behind the command, and is not read yet.
func TestWhoWaitsForACommandIsNotGone(t *testing.T) {
	g := newGate()
	kind := g.kind("slow:")
	open := kind.Open
	kind.Open = func(ctx context.Context, tx *db.Tx, name string, checkpoint []byte) (realtime.Room, error) {
		<-g.open
		return open(ctx, tx, name, checkpoint)
	}
	r := newRig(t, options{kinds: []realtime.Channel{kind}})
	t.Cleanup(g.let)
	c := dial(t, r.url, protocol.JSON)
	c.in("ann")
	r.rests()
	id := c.post(protocol.Command{Subscribe: &protocol.SubscribeRequest{Channel: "slow:1"}})
	eventually(t, "it waits", func() bool { return r.sessions()[0].busy.Load() })
	r.passes(time.Minute)
	g.let()
	if got := c.reply(id); got.Subscribe == nil {
		t.Errorf("%+v", got.Error)
	}
	eventually(t, "its pong is read", func() bool { return r.waits() == 0 })
}
