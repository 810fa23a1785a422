package lanetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/door"
	"github.com/hotlane/hotlane/lane/lifecycle"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/notify/notifytest"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	live "github.com/hotlane/hotlane/platform/realtime/server"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// The keys of every harness, and the secret of its users' tokens.
const (
	AdminKey    = "lanetest-admin-key-0001"
	ServiceKey  = "lanetest-service-key-0001"
	tokenSecret = "lanetest-token-secret-of-32-bytes-or-more"
)

// Harness is one lane that runs.
type Harness struct {
	Lane     lane.Lane
	URL      string // http://127.0.0.1:port, without a slash at its end
	Client   *http.Client
	Clock    *Clock
	DBs      *db.Set // closed by Stop
	Registry *prometheus.Registry
	Mailbox  *notifytest.Mailbox // what the lane has sent, unless the option Mail says otherwise
	Cache    cache.Store

	tb      testing.TB
	module  lane.Module
	opt     options
	lanes   *lifecycle.Lanes
	live    *live.Server
	server  *httptest.Server
	end     context.CancelFunc
	running chan error
}

// Start runs a lane until the test ends. What goes wrong on the way fails the test.
func Start(tb testing.TB, m lane.Module, opts ...Option) *Harness {
	tb.Helper()
	h := &Harness{
		tb: tb, module: m, opt: options{db: db.DefaultConfig(), cache: cache.DefaultConfig(), log: tb.Output()}, Mailbox: &notifytest.Mailbox{},
	}
	for _, o := range opts {
		o(&h.opt)
	}
	if h.opt.data == "" {
		h.opt.data = tb.TempDir()
	}
	if h.opt.clock == nil {
		h.opt.clock = NewClock(begin)
	}
	if h.opt.mail == nil {
		h.opt.mail = h.Mailbox
	}
	h.Clock = h.opt.clock
	tb.Cleanup(h.Stop)
	h.start()
	return h
}

// Restart stops the lane and starts it anew on the same databases.
func (h *Harness) Restart() {
	h.tb.Helper()
	h.Stop()
	h.start()
}

// Stop drains the lane, ends it and closes its databases. Stopping what is stopped does nothing.
func (h *Harness) Stop() { h.stop(true) }

// Crash ends the lane without draining it. (What kill -9 leaves behind, only a process of its own shows: see test/e2e.)
func (h *Harness) Crash() { h.stop(false) }

func (h *Harness) stop(drain bool) {
	h.tb.Helper()
	if h.end == nil {
		return
	}
	var err error
	switch {
	case h.live == nil: // it never got so far
	case drain:
		err = h.drain(context.Background()) // before Close, which waits for streams
	default:
		h.cut()
	}
	h.server.Close()
	h.end()
	h.end = nil
	err = errors.Join(err, <-h.running)
	if h.Cache != nil {
		err = errors.Join(err, h.Cache.Close())
	}
	if err := errors.Join(err, h.DBs.Close()); err != nil {
		h.tb.Errorf("lanetest: stop: %v", err)
	}
}

// drain ends the lane in the program's order.
func (h *Harness) drain(ctx context.Context) error {
	return errors.Join(h.live.Drain(ctx), h.lanes.DrainHubs(ctx), h.lanes.Drain(ctx))
}

func (h *Harness) start() {
	h.tb.Helper()
	ctx, end := context.WithCancel(context.Background())
	h.end, h.running = end, make(chan error, 1)
	h.server = httptest.NewUnstartedServer(nil)
	h.DBs = db.NewSet(h.opt.db, h.opt.data, db.Options{Log: h.log(), Now: h.Clock.Now})
	if err := h.build(ctx); err != nil {
		h.running <- nil
		h.server.Start()
		h.tb.Fatalf("lanetest: %v", err)
	}
	h.server.Start()
	h.URL, h.Client = h.server.URL, h.server.Client()
	h.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	go func() { h.running <- h.run(ctx) }()
}

// run runs the lane's channels, and the lane unless the test does it itself.
func (h *Harness) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return h.lanes.RunHubs(ctx) })
	group.Go(func() error { return h.live.Run(ctx) })
	if !h.opt.plain {
		group.Go(func() error { return h.lanes.Run(ctx) })
	}
	return group.Wait()
}

func (h *Harness) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(h.opt.log, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// build does what the program does before it serves.
func (h *Harness) build(ctx context.Context) (err error) {
	if h.Cache, err = cache.Open(h.opt.cache, cache.Deps{Now: h.Clock.Now, Log: h.log()}); err != nil {
		return err
	}
	tel, err := telemetry.New(telemetry.DefaultConfig(), telemetry.Options{Out: h.opt.log, Version: "test"})
	if err != nil {
		return err
	}
	h.Registry = tel.Registry()
	auth, err := identity.New(identityConfig(), identity.Deps{
		Log: h.log(), Now: h.Clock.Now, DB: h.DBs.DB(identity.Database), Refuse: httpio.WriteProblem,
	})
	if err != nil {
		return err
	}
	gate, err := admit.New(admit.DefaultConfig(), admit.Deps{})
	if err != nil {
		return err
	}
	h.lanes, err = lifecycle.Construct([]lane.Module{h.module}, h.deps)
	if err != nil {
		return err
	}
	h.Lane = h.lanes.Served()[0]
	if err := h.dbsUp(ctx); err != nil {
		return err
	}
	if _, err := auth.Start(ctx); err != nil {
		return err
	}
	if err := h.openChannels(auth); err != nil {
		return err
	}
	if err := h.lanes.Start(ctx); err != nil {
		return err
	}
	return h.route(door.New(door.Deps{Log: h.log(), Telemetry: tel, Admit: gate, Identity: auth}))
}

func (h *Harness) dbsUp(ctx context.Context) error {
	if err := h.DBs.Migrate(ctx, identity.Database, identity.Migrations()); err != nil {
		return err
	}
	return h.lanes.Migrate(ctx, h.DBs.Migrate)
}

func (h *Harness) deps(name string) lane.Deps {
	return lane.Deps{
		Log: h.log().With("lane", name), Now: h.Clock.Now, DB: h.DBs.DB, Metrics: h.Registry,
		URL: func() string { return h.URL }, Cache: h.Cache, Jobs: jobs.New(h.DBs.DB(name), jobs.Deps{Log: h.log(), Now: h.Clock.Now}),
		Outbox: outbox.New(h.DBs.DB(name), outbox.Deps{Log: h.log(), Now: h.Clock.Now}),
		Live:   hub.New(name, hub.Config{}, hub.Deps{DB: h.DBs.DB(name), Now: h.Clock.Now, Log: h.log()}),
		Mail:   h.opt.mail, Fetch: h.opt.fetch, Private: true,
		Hooks: notify.NewWebhooks(notify.WebhookConfig{Private: true, Transport: h.opt.fetch}, notify.Deps{Log: h.log(), Now: h.Clock.Now}),
		Page:  page,
	}
}

// page is a page without the shell, which is the app's.
func page(w io.Writer, p lane.Page) error {
	if rw, ok := w.(http.ResponseWriter); ok {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		for name, value := range p.Header {
			rw.Header().Set(name, value)
		}
		if p.Status != 0 {
			rw.WriteHeader(p.Status)
		}
	}
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=%q><title>%s</title>%s%s", p.Lang, p.Title, p.Head, p.Body)
	return err
}

// Work runs the lane's jobs that are due, one after the other, until none is, and says how many ran. Nothing runs them otherwise.
func (h *Harness) Work(t testing.TB) int {
	t.Helper()
	sum := 0
	for _, q := range h.lanes.Queues() {
		n, err := q.Work(t.Context())
		if err != nil {
			t.Fatalf("lanetest: work: %v", err)
		}
		sum += n
	}
	return sum
}

func (h *Harness) route(d *door.Door) error {
	mux, document := http.NewServeMux(), httpio.NewDocument("Test", "test")
	for _, r := range h.Lane.Routes() {
		handler, err := d.Route(r)
		if err != nil {
			return err
		}
		if err := document.Add(httpio.Operation{Pattern: r.Pattern, Summary: r.Summary, Tag: h.Lane.Name(), Handler: r.Handler}); err != nil {
			return fmt.Errorf("describe %s: %w", r.Pattern, err)
		}
		register(mux, r.Pattern, handler)
	}
	if len(h.lanes.Hubs()) > 0 {
		mux.Handle("GET "+SocketPath, h.live.Handler())
	}
	h.server.Config.Handler = mux
	return nil
}

func identityConfig() identity.Config {
	c := identity.DefaultConfig()
	c.AdminKey, c.ServiceKey = AdminKey, ServiceKey
	c.Tokens.Algorithm, c.Tokens.Secret = "HS256", tokenSecret
	return c
}

// UserToken is a token by which the lane knows a user of this id, for a day of the harness's clock.
func (h *Harness) UserToken(id string) string {
	h.tb.Helper()
	claims := jwt.MapClaims{"sub": id, "jti": ulid.Make().String(), "exp": h.Clock.Now().Add(24 * time.Hour).Unix()}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(tokenSecret))
	if err != nil {
		h.tb.Fatalf("lanetest: %v", err)
	}
	return token
}
