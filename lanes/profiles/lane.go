package profiles

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/cache"
)

//go:embed migrations
var migrations embed.FS

const name = "profiles"

// Lane is the profiles lane.
type Lane struct {
	*Service
	deps     lane.Deps
	keeper   *keeper
	pages    *pages
	desk     *desk
	pictures *pictures
	demo     *demoService // nil: this is none
	started  atomic.Bool
}

// Module is the lane with its default config, for the list of lanes.
func Module() lane.Module {
	cfg := DefaultConfig()
	return lane.Module{Name: name, Config: &cfg, New: func(d lane.Deps) (lane.Lane, error) { return New(cfg, d) }}
}

// New makes the lane. It does no I/O.
func New(cfg Config, deps lane.Deps) (*Lane, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg, deps, demo := inDemo(cfg, deps)
	st := &store{db: deps.DB(name)}
	skew := new(atomic.Int64)
	dbNow := func() time.Time { return deps.Now().Add(time.Duration(skew.Load())) }
	s := &Service{
		cfg: cfg, log: deps.Log, now: deps.Now, metrics: newMetrics(deps.Metrics), store: st, sources: map[string]*source{},
		erased: &erased{read: st.Erased, set: map[mark]struct{}{}},
	}
	for _, c := range cfg.Sources {
		src := newSource(c, deps, st, s.metrics, dbNow)
		s.metrics.watch(deps.Metrics, src)
		s.sources[c.Name] = src
		s.longest = max(s.longest, src.cfg.Wait+src.cfg.Timeout+finish)
	}
	s.cache = cache.New(cache.Options[*entry]{
		Name: name, Store: deps.Cache, Memory: cfg.Memory, Size: (*entry).size, Encode: encodeEntry, Decode: s.decodeEntry,
		Now: deps.Now, Log: deps.Log, Metrics: deps.Metrics, LoadTime: s.longest, Renewals: 256,
	})
	l := &Lane{Service: s, deps: deps, keeper: &keeper{s: s, look: st.db.Skew, skew: skew, log: deps.Log}, pictures: newPictures(cfg.Pictures, deps)}
	s.forget, l.pictures.kept = l.pictures.forget, s.kept
	shown, title := cfg.pageSource(), ""
	if shown != "" {
		title = s.sources[shown].cfg.Title
	}
	l.pages = newPages(cfg.Page, shown, title, cfg.MaxAge, s, deps)
	l.desk, l.demo = &desk{pages: l.pages, service: s, now: deps.Now}, demo
	return l, nil
}

// Name of the lane.
func (l *Lane) Name() string { return name }

// Migrations of the lane's database.
func (l *Lane) Migrations() map[string]fs.FS {
	return map[string]fs.FS{name: lane.Folder(migrations, "migrations")}
}

// Start reads who must not be shown, before anybody is, and what is known of the sources.
func (l *Lane) Start(ctx context.Context) error {
	made := make([]byte, 32)
	_, _ = rand.Read(made) // never fails (Go 1.24)
	var err error
	if l.erased.key, err = l.store.Secret(ctx, "erasures", made); err != nil {
		return fmt.Errorf("profiles: the key of erasures: %w", err)
	}
	for source := range l.sources {
		if err := l.store.AddSource(ctx, source); err != nil {
			return fmt.Errorf("profiles: source %s: %w", source, err)
		}
	}
	if err := l.keeper.work(ctx); err != nil {
		return fmt.Errorf("profiles: %w", err)
	}
	if l.demo != nil {
		if err := l.demo.listen(ctx); err != nil {
			return fmt.Errorf("profiles: %w", err)
		}
	}
	l.started.Store(true)
	return nil
}

// Run hands out the sources' budgets and does what is due until the context ends.
func (l *Lane) Run(ctx context.Context) error {
	g, run := errgroup.WithContext(ctx)
	for _, src := range l.sources {
		g.Go(func() error { return src.pacer.Run(run) })
	}
	g.Go(func() error { return l.keeper.run(run) })
	g.Go(func() error { return l.desk.pulse.run(run, l.desk.totals) })
	if l.demo != nil {
		g.Go(func() error { return l.demo.run(run) })
		g.Go(func() error { return newDemoAudience(l.Service).run(run) })
	}
	return g.Wait()
}

// Drain lets calls of sources end and keeps what comes of them; what was counted is written.
func (l *Lane) Drain(ctx context.Context) error {
	err := errors.Join(l.cache.Close(ctx), l.pictures.close(ctx))
	for _, src := range l.sources {
		err = errors.Join(err, src.drift.flush(ctx, false))
		src.upstream.client.Close()
	}
	return err
}

// Ready says why it cannot answer.
func (l *Lane) Ready() error {
	if !l.started.Load() {
		return errors.New("not started")
	}
	return nil
}
