package server

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock stands still until it is moved.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// rig is a server with one hub, on a real listener. Its sweeps are made by the test.
type rig struct {
	*Server
	t     testing.TB
	clock *clock
	hub   *hub.Hub
	url   string
}

type options struct {
	cfg   func(*Config)
	deps  func(*Deps)
	bus   bus.Bus // nil: of its own
	db    *db.DB  // nil: of its own
	kinds []realtime.Channel
	even  func() int64 // see Server.even; nil: by the clock
}

var testChannels = []ChannelConfig{
	{Prefix: "news:", Access: "public", Anonymous: true},
	{Prefix: "room:", Access: "user", Publish: "members", Presence: true},
	{Prefix: "user:", Access: "owner", Auto: true},
	{Prefix: "paid:", Access: "token", Publish: "members"},
}

func newRig(t testing.TB, o options) *rig {
	t.Helper()
	r := &rig{t: t, clock: newClock()}
	cfg := DefaultConfig()
	cfg.Channels, cfg.Drain, cfg.Coalesce = testChannels, 0, 0
	if o.cfg != nil {
		o.cfg(&cfg)
	}
	if o.bus == nil {
		o.bus = bus.Memory()
	}
	if o.db == nil {
		o.db = dbtest.NewSet(t, db.Config{}, db.Options{}).DB("live")
	}
	log := slog.New(slog.DiscardHandler)
	r.hub = hub.New("live", hub.Config{}, hub.Deps{DB: o.db, Bus: o.bus, Now: r.clock.Now, Log: log})
	if err := r.hub.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := Deps{
		Hubs: []*hub.Hub{r.hub}, Token: r.token, Anonymous: true, Bus: o.bus, Now: r.clock.Now, Log: log, Version: "test",
		Metrics: prometheus.NewRegistry(),
	}
	if o.deps != nil {
		o.deps(&d)
	}
	s, err := New(cfg, d)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
	if o.even != nil {
		s.even = o.even
	}
	if err := r.hub.Register(append(Plain(cfg.Channels, r.subToken), o.kinds...)...); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	r.url = web.URL
	work, stop := context.WithCancel(context.Background())
	done := make(chan struct{}, 3)
	go func() { _ = r.hub.Run(work); done <- struct{}{} }()
	go func() { _ = s.Run(work); done <- struct{}{} }()
	go func() { _ = o.bus.Run(work); done <- struct{}{} }()
	t.Cleanup(func() {
		end, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Drain(end); err != nil {
			t.Errorf("drain: %v", err)
		}
		web.Close()
		stop()
		for range 3 {
			<-done
		}
	})
	return r
}

var (
	errTestExpired = fault.New(fault.Unauthorized, "identity.token_expired", "The token has expired.")
	errTestToken   = fault.New(fault.Unauthorized, "identity.token", "The token is wrong.")
	errTestDown    = fault.New(fault.Unavailable, "test.down", "Not now.")
)

// token: "ann" is ann for ever, "ann/60s" for a minute from now; "expired", "wrong" and "down" are what they say.
func (r *rig) token(_ context.Context, text string) (identity.Caller, time.Time, error) {
	switch text {
	case "expired":
		return identity.Caller{}, time.Time{}, errTestExpired
	case "wrong":
		return identity.Caller{}, time.Time{}, errTestToken
	case "down":
		return identity.Caller{}, time.Time{}, errTestDown
	}
	id, lasts, limited := strings.Cut(text, "/")
	who := identity.Caller{Access: identity.User, ID: id}
	if !limited {
		return who, time.Time{}, nil
	}
	d, err := time.ParseDuration(lasts)
	return who, r.clock.Now().Add(d), err
}

// subToken: "ann/paid:1/60s".
func (r *rig) subToken(_ context.Context, text string) (user, channel string, until time.Time, err error) {
	part := strings.Split(text, "/")
	if len(part) != 3 {
		return "", "", time.Time{}, errTestToken
	}
	d, err := time.ParseDuration(part[2])
	return part[0], part[1], r.clock.Now().Add(d), err
}

// passes moves the clock, second by second, with a sweep at each.
func (r *rig) passes(d time.Duration) {
	for ; d > 0; d -= time.Second {
		r.clock.advance(min(d, time.Second))
		r.sweep(r.now())
	}
}

// lives is passes for clients that answer their pings: time waits for them.
func (r *rig) lives(d time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= time.Second {
		r.passes(min(d, time.Second))
		eventually(r.t, "the pongs", func() bool { return r.waits() == 0 })
	}
}

// inside are the connections that count.
func (r *rig) inside() int {
	r.entrance.mu.Lock()
	defer r.entrance.mu.Unlock()
	return r.entrance.all
}
