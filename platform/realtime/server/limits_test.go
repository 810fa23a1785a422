package server

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func ping() protocol.Command { return protocol.Command{Ping: &protocol.PingRequest{}} }

func TestTheRateOfAConnection(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Rate, c.Burst = 10, 20 }})
	c := dial(t, r.url, protocol.JSON)
	c.in("ann") // one of the 20
	for i := range 19 {
		if got := c.do(ping()); got.Ping == nil {
			t.Fatalf("%d: %v", i, got.Error)
		}
	}
	if got := c.do(ping()); got.Error == nil || got.Error.Code != 111 || !got.Error.Temporary {
		t.Errorf("beyond the burst: %+v", got)
	}
	r.clock.advance(time.Second)
	for i := range 10 {
		if got := c.do(ping()); got.Ping == nil {
			t.Fatalf("a second later, %d: %v", i, got.Error)
		}
	}
	for i := range 20 { // 20 refusals are borne
		if got := c.do(ping()); got.Error == nil || got.Error.Code != 111 {
			t.Fatalf("%d: %+v", i, got)
		}
	}
	c.post(ping())
	if code := c.ended(); code != protocol.DisconnectTooManyRequests.Code {
		t.Errorf("code %d", code)
	}
}

func TestTheRateOfAUser(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.UserRate, c.UserBurst = 1, 10 }})
	one, two, other := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	one.in("ann")
	two.in("ann")
	other.in("bob")
	refused := 0
	for range 10 {
		for _, c := range []*client{one, two} {
			if got := c.do(ping()); got.Error != nil && got.Error.Code == 111 {
				refused++
			}
		}
	}
	if refused != 10 { // of 20; what was asked before somebody was known counts for nobody
		t.Errorf("%d refused", refused)
	}
	if got := other.do(ping()); got.Ping == nil {
		t.Errorf("somebody else: %v", got.Error)
	}
}

func TestMessagesHaveALimit(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Message = 4 << 10 }})
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann")
		c.subscribe("room:1")
		big := fmt.Sprintf(`{"op":"instance-%s:1","x":%q}`, codec, strings.Repeat("x", 3<<10))
		if err := c.publish("room:1", big); err != nil {
			t.Errorf("below the limit: %v", err)
		}
		c.post(protocol.Command{Publish: &protocol.PublishRequest{Channel: "room:1", Data: []byte(fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", 5<<10)))}})
		if code := c.ended(); code == 0 || code == 1000 {
			t.Errorf("code %d", code)
		}
	})
}

// gate is a kind of channels whose rooms decide only when the test lets them.
type gate struct {
	open chan struct{}
	once *sync.Once
}

func newGate() gate { return gate{make(chan struct{}), &sync.Once{}} }

// let lets the rooms decide from now on.
func (g gate) let() { g.once.Do(func() { close(g.open) }) }

func (g gate) kind(prefix string) realtime.Channel {
	plain := Plain([]ChannelConfig{{Prefix: prefix, Access: "public", Publish: "members", Anonymous: true}}, nil)[0]
	open := plain.Open
	plain.Open = func(ctx context.Context, tx *db.Tx, name string, checkpoint []byte) (realtime.Room, error) {
		room, err := open(ctx, tx, name, checkpoint)
		return gateRoom{room, g.open}, err
	}
	return plain
}

type gateRoom struct {
	realtime.Room
	open chan struct{}
}

func (r gateRoom) Decide(by realtime.Writer, data []byte, now time.Time) ([]byte, error) {
	<-r.open
	return r.Room.Decide(by, data, now)
}

func TestOnlySoManyOperationsWait(t *testing.T) {
	g := newGate()
	r := newRig(t, options{cfg: func(c *Config) { c.Pending = 5 }, kinds: []realtime.Channel{g.kind("gate:")}})
	t.Cleanup(g.let)
	c := dial(t, r.url, protocol.JSON)
	c.in("ann")
	c.subscribe("gate:1")
	for n := range 8 {
		c.post(protocol.Command{Publish: &protocol.PublishRequest{Channel: "gate:1", Data: []byte(op("instance", n+1))}})
	}
	first := c.id - 7
	for n := range uint32(3) { // the first five wait
		if got := c.reply(first + 5 + n); got.Error == nil || got.Error.Code != 111 || !strings.HasPrefix(got.Error.Message, "live.pending") {
			t.Errorf("%+v", got)
		}
	}
	g.let()
	for n := range uint32(5) {
		if got := c.reply(first + n); got.Publish == nil {
			t.Errorf("%+v", got)
		}
	}
}

func TestASlowClientIsToldToResync(t *testing.T) {
	reg := prometheus.NewRegistry()
	r := newRig(t, options{cfg: func(c *Config) { c.Queue = 1 << 20 }, deps: func(d *Deps) { d.Metrics = reg }})
	slow, quick := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	slow.in("ann")
	at := slow.subscribe("news:1")
	quick.in("bob")
	quick.subscribe("news:1")
	slow.stop()
	n := 0
	for ; testutil.ToFloat64(r.m.resyncs) == 0; n++ {
		if n > 200 {
			t.Fatal("it takes all, unread")
		}
		if _, err := r.publish("news:1", fmt.Sprintf(`{"n":%d,"x":%q}`, n, strings.Repeat("x", 300<<10))); err != nil {
			t.Fatal(err)
		}
		quick.push()
	}
	if _, err := r.publish("news:1", `{"last":true}`); err != nil {
		t.Fatal(err)
	}
	r.sweep(r.now()) // no room yet: nothing is told, nobody is disconnected
	slow.resume()
	offset := at.Offset
	var p protocol.Push
	for p = slow.pushSwept(r); p.Pub != nil; p = slow.pushSwept(r) {
		if p.Pub.Offset != offset+1 {
			t.Fatalf("%d after %d", p.Pub.Offset, offset)
		}
		offset++
	}
	if p.Unsubscribe == nil || p.Unsubscribe.Code != protocol.UnsubscribeInsufficientState.Code || p.Channel != "news:1" {
		t.Fatalf("%+v", p)
	}
	got := slow.do(protocol.Command{Subscribe: &protocol.SubscribeRequest{
		Channel: "news:1", Recover: true, Epoch: at.Epoch, Offset: offset,
	}}).Subscribe
	if got == nil || !got.Recovered || len(got.Publications) == 0 || got.Publications[0].Offset != offset+1 || got.Offset != uint64(n+1) {
		t.Fatalf("%+v", got)
	}
	if _, err := r.publish("news:1", `{"more":true}`); err != nil {
		t.Fatal(err)
	}
	if p := slow.push(); p.Pub == nil || p.Pub.Offset != uint64(n+2) {
		t.Errorf("afterwards: %+v", p)
	}
}

func TestAClientThatTakesNothingIsDisconnected(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Queue, c.WriteTimeout = 1<<20, time.Minute }})
	slow := dial(t, r.url, protocol.JSON)
	slow.in("ann")
	sizes := []int{300 << 10, 10 << 10, 500, 1} // until there is no room for a word
	for i := range sizes {
		slow.subscribe(fmt.Sprint("news:", i))
	}
	slow.stop()
	for i, size := range sizes {
		for testutil.ToFloat64(r.m.resyncs) == float64(i) {
			if _, err := r.publish(fmt.Sprint("news:", i), fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", size))); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.passes(4 * time.Second)
	told := func() (code uint32) {
		r.each(func(c *session) { c.mu.Lock(); code = c.told; c.mu.Unlock() })
		return code
	}
	if code := told(); code != 0 {
		t.Errorf("told %d within the grace", code)
	}
	r.passes(2 * time.Second)
	if code := told(); code != protocol.DisconnectSlow.Code {
		t.Errorf("told %d", code)
	}
	slow.resume()
	if code := slow.ended(); code != protocol.DisconnectSlow.Code {
		t.Errorf("code %d", code)
	}
}

// pushSwept is push, with sweeps until it comes.
func (c *client) pushSwept(r *rig) protocol.Push {
	c.t.Helper()
	eventually(c.t, "something comes", func() bool {
		r.sweep(r.now())
		return len(c.replies) > 0
	})
	return c.push()
}

func TestAnAnswerLargerThanTheQueueIsGiven(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Queue = 256 << 10 }})
	for n := range 10 {
		if _, err := r.publish("news:1", fmt.Sprintf(`{"n":%d,"x":%q}`, n, strings.Repeat("x", 60<<10))); err != nil {
			t.Fatal(err)
		}
	}
	both(t, func(t *testing.T, codec protocol.Codec) {
		c := dial(t, r.url, codec)
		c.in("ann")
		c.subscribe("news:1")
		for range 3 {
			if got := c.do(protocol.Command{History: &protocol.HistoryRequest{Channel: "news:1", Limit: -1}}).History; got == nil || len(got.Publications) != 10 {
				t.Errorf("%+v", got)
			}
		}
	})
}

// TestWhenTooMuchWaitsForAll only those who are behind go without.
func TestWhenTooMuchWaitsForAll(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Queue, c.QueueAll = 8<<20, 8<<20 }})
	quick, behind := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	quick.in("quick")
	quick.subscribe("news:1")
	behind.in("behind")
	behind.subscribe("news:1")
	behind.stop()
	publish := func(size int) {
		t.Helper()
		if _, err := r.publish("news:1", fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", size))); err != nil {
			t.Fatal(err)
		}
		if p := quick.push(); p.Pub == nil {
			t.Fatalf("%+v", p)
		}
	}
	for r.sockets.Stats().Queued < 4<<20 {
		publish(500 << 10)
	}
	r.cfg.QueueAll = 4 << 20 // as if others had taken the rest
	r.sweep(r.now())
	if got := testutil.ToFloat64(r.m.queued); got < 4<<20 {
		t.Errorf("%v bytes are said to wait", got)
	}
	if publish(1); testutil.ToFloat64(r.m.resyncs) != 1 {
		t.Errorf("%v were told to resync", testutil.ToFloat64(r.m.resyncs))
	}
	behind.resume()
	eventually(t, "less waits", func() bool { r.sweep(r.now()); return !r.pressed.Load() })
	publish(2)
}

// TestAServerSideSubscriptionThatLostAMessage begins anew with its connection: no client can ask for it again.
func TestAServerSideSubscriptionThatLostAMessage(t *testing.T) {
	r := newRig(t, options{cfg: func(c *Config) { c.Queue = 1 << 20 }})
	slow := dial(t, r.url, protocol.JSON)
	at := slow.in("ann").Subs[0]
	slow.stop()
	for testutil.ToFloat64(r.m.resyncs) == 0 {
		if _, err := r.publish("user:ann", fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", 300<<10))); err != nil {
			t.Fatal(err)
		}
	}
	r.sweep(r.now())
	slow.resume()
	offset := at.Offset
	for {
		got, ok := slow.next()
		if !ok {
			break
		}
		if got.Push == nil || got.Push.Pub == nil || got.Push.Pub.Offset != offset+1 {
			t.Fatalf("%+v after %d", got, offset)
		}
		offset++
	}
	if code := slow.code.Load(); code != int64(protocol.DisconnectInsufficientState.Code) {
		t.Errorf("code %d", code)
	}
	back := dial(t, r.url, protocol.JSON)
	got := back.do(protocol.Command{Connect: &protocol.ConnectRequest{Token: "ann", Subs: []protocol.SubscribeRequest{
		{Channel: "user:ann", Recover: true, Epoch: at.Epoch, Offset: offset},
	}}}).Connect
	if got == nil || !got.Subs[0].Recovered || len(got.Subs[0].Publications) == 0 || got.Subs[0].Publications[0].Offset != offset+1 {
		t.Errorf("back: %+v", got)
	}
}
