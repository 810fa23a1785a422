package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/door"
	"github.com/hotlane/hotlane/lane/lifecycle"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// house is all parts of one process, constructed. What does I/O, a command starts itself.
type house struct {
	*settings
	log       *slog.Logger
	telemetry *telemetry.Telemetry
	dbs       *db.Set
	cache     cache.Store
	mail      notify.Service
	hooks     *notify.Webhooks
	identity  *identity.Authenticator
	admit     *admit.Controller
	door      *door.Door
	lanes     *lifecycle.Lanes
	relay     *outbox.Relay
	bus       bus.Bus
	live      channels
	node      string                 // this process among others
	base      atomic.Pointer[string] // of what is listened on, once it is
}

// site is where all this is reached from outside.
func (h *house) site() string {
	if h.App.URL != "" {
		return h.App.URL
	}
	if base := h.base.Load(); base != nil {
		return *base
	}
	return "http://" + h.App.Listen
}

func (p Program) house(s *settings, modules []lane.Module) (*house, error) {
	h := &house{settings: s, node: ulid.Make().String()}
	var err error
	if h.telemetry, err = telemetry.New(s.Telemetry, telemetry.Options{Out: p.Err, Version: Version()}); err != nil {
		return nil, err
	}
	h.log = h.telemetry.Log()
	h.dbs = db.NewSet(s.DB, s.App.Data, db.Options{Log: h.log, Now: time.Now, Observer: statements{}})
	if err := h.outside(); err != nil {
		return nil, err
	}
	if h.admit, err = admit.New(s.Admit, admit.Deps{Metrics: h.telemetry.Registry()}); err != nil {
		return nil, err
	}
	h.identity, err = identity.New(s.Identity, identity.Deps{
		Log: h.log, Now: time.Now, DB: h.dbs.DB(identity.Database), Metrics: h.telemetry.Registry(), Refuse: httpio.WriteProblem,
		Client: client, Secure: secure,
	})
	if err != nil {
		return nil, err
	}
	h.door = door.New(door.Deps{Log: h.log, Telemetry: h.telemetry, Admit: h.admit, Identity: h.identity, Client: client})
	if h.lanes, err = lifecycle.Construct(modules, h.deps); err != nil {
		return nil, err
	}
	if err := h.lanes.Select(s.App.Lanes); err != nil {
		return nil, usageError{err}
	}
	if h.relay, err = h.lanes.Relay(outbox.Deps{Log: h.log, Now: time.Now, Metrics: h.metrics()}); err != nil {
		return nil, err
	}
	return h, h.openChannels()
}

// metrics of the platform's parts.
func (h *house) metrics() prometheus.Registerer {
	return prometheus.WrapRegistererWithPrefix("hotlane_", h.telemetry.Registry())
}

// outside makes what connects to other servers, once it is used.
func (h *house) outside() (err error) {
	if h.cache, err = cache.Open(h.Cache, cache.Deps{Now: time.Now, Log: h.log, Metrics: h.metrics()}); err != nil {
		return err
	}
	if h.bus, err = bus.Open(h.busConfig(), bus.Deps{Log: h.log, Metrics: h.metrics()}); err != nil {
		return err
	}
	notice := notify.Deps{Log: h.log, Now: time.Now, Data: h.App.Data, Metrics: h.metrics()}
	if h.mail, err = notify.Open(h.Mail, notice); err != nil {
		return err
	}
	h.hooks = notify.NewWebhooks(notify.WebhookConfig{Private: h.demo}, notice)
	return nil
}

// open is the house for a command that only looks: nothing is read from the disk but the config.
func (p Program) open(f flags, change ...func(*settings)) (*house, error) {
	modules := p.Lanes()
	s, err := p.load(f, modules, change...)
	if err != nil {
		return nil, err
	}
	return p.house(s, modules)
}

func (h *house) deps(name string) lane.Deps {
	log := h.log.With("lane", name)
	metrics := prometheus.WrapRegistererWith(prometheus.Labels{"lane": name}, h.metrics())
	return lane.Deps{
		Log: log, Now: time.Now, DB: h.dbs.DB, Metrics: metrics, Page: page, URL: h.site, Cache: h.cache,
		Jobs:   jobs.New(h.dbs.DB(name), jobs.Deps{Log: log, Now: time.Now, Metrics: metrics}),
		Outbox: outbox.New(h.dbs.DB(name), outbox.Deps{Log: log, Now: time.Now, Metrics: metrics}),
		Live:   h.hub(name),
		Mail:   h.mail, Hooks: h.hooks, Private: h.demo, Demo: h.demo,
	}
}

// migrate brings the program's own database and those of the served lanes up to date.
func (h *house) migrate(ctx context.Context) error {
	if err := h.dbs.Migrate(ctx, identity.Database, identity.Migrations()); err != nil {
		return fmt.Errorf("migrate database %s: %w", identity.Database, err)
	}
	if err := h.migrateChannels(ctx); err != nil {
		return err
	}
	return h.lanes.Migrate(ctx, h.dbs.Migrate)
}

// close ends what the house holds open; it is the last thing that happens to it.
func (h *house) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	h.hooks.Close()
	return errors.Join(h.mail.Close(), h.cache.Close(), h.dbs.Close(), h.telemetry.Close(ctx))
}
