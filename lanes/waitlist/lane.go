package waitlist

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/rate"
)

//go:embed migrations
var migrations embed.FS

//go:embed mail
var letters embed.FS

const name = "waitlist"

// Lane is the waitlist lane.
type Lane struct {
	*Service
	deps lane.Deps
	kept *store
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
	templates, err := notify.ParseTemplates(letters, "mail")
	if err != nil {
		return nil, err
	}
	limits, err := rate.New(deps.Cache, deps.Log, deps.Now)
	if err != nil {
		return nil, err
	}
	kept := newStore(deps.DB(name), deps.Jobs, &cfg)
	return &Lane{
		deps: deps, kept: kept,
		Service: &Service{
			cfg: cfg, log: deps.Log, now: deps.Now, store: kept, shelf: newShelf(kept.Lists), links: links{deps.URL},
			limits: limits, mail: deps.Mail, hooks: deps.Hooks, letters: templates, metrics: newMetrics(deps.Metrics), exports: make(chan struct{}, maxExports),
		},
	}, nil
}

// Name of the lane.
func (l *Lane) Name() string { return name }

// Migrations of the lane's database.
func (l *Lane) Migrations() map[string]fs.FS {
	return map[string]fs.FS{name: lane.Folder(migrations, "migrations")}
}

// Start loads the lists.
func (l *Lane) Start(ctx context.Context) error { return l.start(ctx) }

// Run commits what queues and follows the lists until the context ends.
func (l *Lane) Run(ctx context.Context) error {
	g, run := errgroup.WithContext(ctx)
	g.Go(func() error { return l.kept.joins.Run(run) })
	g.Go(func() error { return l.kept.changes.Run(run) })
	g.Go(func() error {
		return l.shelf.run(run, func(err error) { l.log.Warn("waitlist: the lists could not be read again", "error", err) })
	})
	err := g.Wait()
	if closed := l.limits.Close(); err == nil {
		err = closed
	}
	return err
}

// Jobs of the lane. A mail server that is down for days loses nothing: mails are tried for a week.
func (l *Lane) Jobs() []jobs.Job {
	mail := jobs.Of(jobMail, l.sendMails)
	mail.Attempts, mail.Timeout, mail.Workers, mail.Backoff = 1000, 15*time.Minute, 2, patient
	hook := jobs.Of(jobHook, l.sendHook)
	hook.Attempts, hook.Backoff = 100, patient
	wave := jobs.Of(jobWave, l.runWave)
	wave.Attempts, wave.Timeout, wave.Workers, wave.Backoff = 1000, time.Hour, 1, patient
	retention := jobs.Job{Kind: jobRetention, Every: time.Hour, Timeout: time.Hour, Workers: 1, Run: func(ctx context.Context, _ jobs.Task) error {
		return l.retire(ctx)
	}}
	return []jobs.Job{mail, hook, wave, retention}
}

// patient waits 5 s after the first failure, twice as long after each further one, up to ten minutes.
func patient(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt-1, 10), 10*time.Minute)
}
