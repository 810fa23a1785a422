package jobs

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
)

// Deps is what a queue is given.
type Deps struct {
	Log     *slog.Logger          // nil: nothing is logged
	Now     func() time.Time      // what is due is decided by it, on both engines; nil: time.Now
	Metrics prometheus.Registerer // labelled by the caller where there are several queues; nil: none
}

// Queue is the jobs of one database. It is safe for use by many goroutines.
type Queue struct {
	db      *db.DB
	log     *slog.Logger
	now     func() time.Time
	metrics *metrics
	engine  engine
	periods periods

	mu      sync.Mutex // guards what follows; never held during I/O
	jobs    map[string]*Job
	began   bool // nothing is registered any more
	running bool
}

// engine is what a dialect must be able to do.
type engine interface {
	migrate(ctx context.Context) error
	add(ctx context.Context, tx *db.Tx, records []record) (added map[string]int, err error)
	run(ctx context.Context) error
	drain(ctx context.Context) error
	work(ctx context.Context) (int, error)

	dead(ctx context.Context, limit int) ([]Dead, error)
	retry(ctx context.Context, tx *db.Tx, id int64) (n int64, err error)
	remove(ctx context.Context, tx *db.Tx, id int64) (n int64, err error)
	counts(ctx context.Context) ([]Count, error)
}

// New does no I/O.
func New(d *db.DB, deps Deps) *Queue {
	q := &Queue{db: d, log: deps.Log, now: deps.Now, metrics: newMetrics(deps.Metrics), jobs: make(map[string]*Job)}
	if q.log == nil {
		q.log = slog.New(slog.DiscardHandler)
	}
	if q.now == nil {
		q.now = time.Now
	}
	q.periods = periods{q: q, next: make(map[string]int64)}
	if d.Dialect() == db.Postgres {
		q.engine = newRiver(q, rand.Text())
	} else {
		q.engine = newClaims(q, process)
	}
	return q
}

// process tells the claims of this process from those that an earlier one left.
var process = rand.Text()

// Register makes kinds of work known: before anything else is done with the queue, in every process that adds or runs them.
func (q *Queue) Register(jobs ...Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.began {
		return errors.New("jobs: too late: the queue runs")
	}
	for _, j := range jobs {
		j, err := j.withDefaults()
		if err != nil {
			return err
		}
		if q.jobs[j.Kind] != nil {
			return fmt.Errorf("jobs: %s is registered twice", j.Kind)
		}
		q.jobs[j.Kind] = &j
	}
	return nil
}

//go:embed migrations
var migrations embed.FS

const versions = "hotlane_jobs_version"

// Migrate makes the tables, beside those of the database's owner. Several processes may call it at once.
func (q *Queue) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	if err := q.db.Migrate(ctx, versions, sub); err != nil {
		return err
	}
	return q.engine.migrate(ctx)
}

// Run runs jobs until ctx ends; then it stops those under way, gives them back, and returns nil. Call Drain before, to let them
// finish. It may be called once.
func (q *Queue) Run(ctx context.Context) error {
	q.mu.Lock()
	again := q.running
	q.running, q.began = true, true
	idle := len(q.jobs) == 0
	q.mu.Unlock()
	switch {
	case again:
		return errors.New("jobs: a Queue runs once")
	case idle:
		<-ctx.Done()
		return nil
	default:
		return q.engine.run(ctx)
	}
}

// Drain starts no more jobs and returns when those under way have finished, or, once ctx has ended, when they were told to stop and
// were given back. An error names how many did not stop within 5 s more; they run again after this process has ended.
func (q *Queue) Drain(ctx context.Context) error { return q.engine.drain(ctx) }

// Work runs what is due now, and what that makes due, until nothing is, and says how many attempts it made: for tests and commands.
// It needs no Run, and gets along with one. On SQLite jobs run one after the other, in the order in which they are due.
func (q *Queue) Work(ctx context.Context) (n int, err error) {
	q.mu.Lock()
	q.began = true
	idle := len(q.jobs) == 0
	q.mu.Unlock()
	if idle {
		return 0, nil
	}
	return q.engine.work(ctx)
}

func (q *Queue) job(kind string) *Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs[kind]
}

// kinds are the registered jobs, in the order of their names.
func (q *Queue) kinds() []*Job {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := make([]*Job, 0, len(q.jobs))
	for _, kind := range slices.Sorted(maps.Keys(q.jobs)) {
		list = append(list, q.jobs[kind])
	}
	return list
}
