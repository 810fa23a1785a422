package allocation

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/lanes/allocation/token"
	"github.com/hotlane/hotlane/platform/db"
)

//go:embed migrations
var migrations embed.FS

// Names of the two databases.
const (
	name       = "allocation"
	nameLedger = "allocation_ledger"
)

// Lane is the allocation lane.
type Lane struct {
	*Service
	deps     lane.Deps
	recorder *db.Batcher[[]*Event]
	things   *catalogueStore
	ledger   *ledgerStore
	sources  []*source
	ready    chan struct{} // closed when Start has succeeded
	pulse    pulse         // of the page
	figures  gauge         // of the page
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
	schema := targeting.Schema{}
	for attr, kind := range cfg.Attributes {
		schema[attr], _ = targeting.ParseKind(kind) // Validate has looked
	}
	things := &catalogueStore{db: deps.DB(name), now: deps.Now, sources: map[string]bool{}}
	for _, s := range cfg.Sources {
		things.sources[s.Name] = true
	}
	money := &ledgerStore{db: deps.DB(nameLedger)}
	l := &Lane{
		deps: deps, things: things, ledger: money, ready: make(chan struct{}),
		Service: &Service{
			cfg: cfg, log: deps.Log, now: deps.Now, schema: schema, metrics: newMetrics(deps.Metrics), store: things, reports: money,
			counts: newCounts(), clicks: make(clicks, maxClicks),
		},
	}
	sources := newSourceMetrics(deps.Metrics)
	for _, s := range cfg.Sources {
		l.sources = append(l.sources, l.newSource(s, sources))
	}
	l.recorder = db.NewBatcher(deps.DB(nameLedger), 1000, l.ledger.Record)
	return l, nil
}

// Name of the lane.
func (l *Lane) Name() string { return name }

// Migrations of the catalogue and of the ledger.
func (l *Lane) Migrations() map[string]fs.FS {
	return map[string]fs.FS{name: lane.Folder(migrations, "migrations"), nameLedger: lane.Folder(migrations, "migrations/ledger")}
}

// Start takes the ledger over, loads what a process before this one left, and builds the first catalogue.
func (l *Lane) Start(ctx context.Context) error {
	host, _ := os.Hostname() // only shown to people
	generation, err := l.ledger.Own(ctx, host, l.now().UnixMilli())
	if err != nil {
		return fmt.Errorf("allocation: take the ledger over: %w", err)
	}
	if err := l.load(ctx, generation); err != nil {
		return fmt.Errorf("allocation: %w", err)
	}
	if err := l.startSources(ctx); err != nil {
		return fmt.Errorf("allocation: %w", err)
	}
	close(l.ready)
	return nil
}

// startSources fills the catalogue where nothing has been read from a source before.
func (l *Lane) startSources(ctx context.Context) error {
	for _, s := range l.sources {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	return l.refresher.refresh(ctx)
}

// view loads what decisions are made from without taking the ledger over: enough to explain, nothing can be reserved.
func (l *Lane) view(ctx context.Context) error { return l.load(ctx, 0) }

func (l *Lane) load(ctx context.Context, generation int64) (err error) {
	if err := l.keys(ctx); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	if l.caps, err = caps.New(caps.Config{MaxUsers: l.cfg.Caps.MaxUsers}); err != nil {
		return err
	}
	l.money = newMoney(generation, l.cfg.LeaseTime)
	l.keeper = &keeper{
		cfg: l.cfg, log: l.log, now: l.now, metrics: l.metrics, ledger: l.ledger, recorder: l.recorder, caps: l.caps, money: l.money,
		counts: l.counts, items: l.catalogue.Load, generation: generation, flushed: new(watermark), flushNow: make(chan struct{}, 1),
		upto: make([]uint64, l.caps.Shards()),
	}
	if err := l.keeper.recover(ctx); err != nil {
		return fmt.Errorf("load caps: %w", err)
	}
	l.refresher = newRefresher(l.log, l.now, l.metrics, l.cfg.Rank, l.schema, l.store, l.ledger, &l.catalogue)
	l.refresher.money = l.money.book
	return l.refresher.refresh(ctx)
}

// Run writes, refreshes and records until the context ends.
func (l *Lane) Run(ctx context.Context) error {
	g, run := errgroup.WithContext(ctx)
	g.Go(func() error { return l.recorder.Run(run) })
	g.Go(func() error { return l.keeper.run(run) })
	g.Go(func() error { return l.refresher.run(run) })
	g.Go(func() error { return l.pulse.run(run, l.metrics) })
	if l.deps.Demo {
		g.Go(func() error { return newAudience(l.Service).run(run) })
	}
	for _, s := range l.sources {
		g.Go(func() error { return s.run(run) })
	}
	return g.Wait()
}

// Drain waits for clicks that are being recorded behind their users' backs.
func (l *Lane) Drain(ctx context.Context) error { return l.clicks.drain(ctx) }

// Ready says why it cannot decide.
func (l *Lane) Ready() error {
	select {
	case <-l.ready:
	default:
		return errors.New("not started")
	}
	if l.keeper.fenced() {
		return ErrFenced
	}
	return nil
}

// keys loads what signs tokens and hides user ids.
func (l *Lane) keys(ctx context.Context) error {
	salt, err := l.store.Secret(ctx, "user_salt", random())
	if err != nil {
		return err
	}
	l.salt = salt
	keys, _ := l.cfg.signingKeys() // Validate has looked
	if len(keys) == 0 {
		secret, err := l.store.Secret(ctx, "token_key", random())
		if err != nil {
			return err
		}
		keys = append(keys, token.Key{Secret: secret})
	}
	l.signer, err = token.NewKeyring(keys...)
	return err
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return b
}
