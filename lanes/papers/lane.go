package papers

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/blob"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/rate"
)

//go:embed migrations
var migrations embed.FS

//go:embed mail
var letters embed.FS

const (
	name       = "papers"
	imagesName = "papers_images"
)

// Lane is the papers lane.
type Lane struct {
	*Service
	deps  lane.Deps
	kept  *store
	pages *pages
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
	kept := &store{db: deps.DB(name), jobs: deps.Jobs}
	l := &Lane{
		deps: deps, kept: kept,
		Service: &Service{
			cfg: cfg, log: deps.Log, now: deps.Now, url: deps.URL, store: kept, live: deps.Live, images: newImages(cfg.Images, deps),
			memory: semaphore.NewWeighted(cfg.Images.Memory), mail: deps.Mail, letters: templates, metrics: newMetrics(deps.Metrics),
			limits: limits, exports: newPlaces(cfg.Exports),
		},
	}
	l.pages = newPages(deps, func(ctx context.Context, link string) (*Whole, error) { return l.Read(ctx, callerOf(ctx, ""), link) })
	l.keep = l.pages.kept
	return l, nil
}

func newImages(cfg ImagesConfig, deps lane.Deps) blob.Store {
	limits := blob.Limits{Blob: int64(cfg.KeepBytes), Group: cfg.Total, Count: cfg.PerPaper}
	if cfg.Dir != "" {
		return blob.Folder(cfg.Dir, limits, deps.Now)
	}
	return blob.Database(deps.DB(imagesName), limits, deps.Now)
}

// Name of the lane.
func (l *Lane) Name() string { return name }

// Migrations of the lane's databases: its own, and one for pictures, so that a large one holds up no note.
func (l *Lane) Migrations() map[string]fs.FS {
	return map[string]fs.FS{name: lane.Folder(migrations, "migrations"), imagesName: blob.Migrations()}
}

// Start loads the keys.
func (l *Lane) Start(ctx context.Context) error { return l.start(ctx) }

// Run ends with its context; what the lane does by itself are jobs.
func (l *Lane) Run(ctx context.Context) error {
	<-ctx.Done()
	return l.limits.Close()
}

// Jobs of the lane. A mail server that is down for days loses nothing: mails are tried for a week.
func (l *Lane) Jobs() []jobs.Job {
	list := []jobs.Job{
		jobs.Of(jobDeadline, l.closeDue), jobs.Of(jobFold, l.fold), jobs.Of(jobErase, l.erase), jobs.Of(jobMail, l.tellRecipient),
	}
	for i := range list {
		list[i].Attempts, list[i].Timeout, list[i].Workers, list[i].Backoff = 1000, time.Minute, 2, patient
	}
	return append(list, jobs.Job{
		Kind: jobSweep, Every: 15 * time.Minute, Timeout: 15 * time.Minute, Workers: 1,
		Run: func(ctx context.Context, _ jobs.Task) error { return l.sweep(ctx) },
	})
}

// patient waits 5 s after the first failure, twice as long after each further one, up to ten minutes.
func patient(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt-1, 10), 10*time.Minute)
}
