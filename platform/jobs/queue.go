package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
)

// Deps is what a queue is given.
type Deps struct {
	Log     *slog.Logger          // nil: nothing is logged
	Now     func() time.Time      // nil: time.Now
	Metrics prometheus.Registerer // nil: none
}

// Queue is the jobs of one database.
type Queue struct{}

var errNotYet = errors.New("jobs: not yet")

// New does no I/O.
func New(d *db.DB, deps Deps) *Queue { return &Queue{} }

type option struct {
	at  time.Time
	key string
}

// Option says how a job is added.
type Option func(*option)

// At: not before.
func At(t time.Time) Option { return func(o *option) { o.at = t } }

// Unique: while one of the kind with this key waits or runs, nothing is added.
func Unique(key string) Option { return func(o *option) { o.key = key } }

// Entry is one job of AddMany.
type Entry struct {
	Kind    string
	Args    any
	Options []Option
}

// Add adds a job in tx.
func (q *Queue) Add(ctx context.Context, tx *db.Tx, kind string, args any, opts ...Option) error {
	return errNotYet
}

// AddMany adds many in about one statement.
func (q *Queue) AddMany(ctx context.Context, tx *db.Tx, entries []Entry) error { return errNotYet }

// Register is called before Migrate and Run.
func (q *Queue) Register(jobs ...Job) error { return errNotYet }

// Migrate makes the tables.
func (q *Queue) Migrate(ctx context.Context) error { return errNotYet }

// Run runs jobs until ctx ends.
func (q *Queue) Run(ctx context.Context) error { return errNotYet }

// Drain starts no more jobs and waits for those under way.
func (q *Queue) Drain(ctx context.Context) error { return errNotYet }

// Work runs what is due, in the caller, until nothing is.
func (q *Queue) Work(ctx context.Context) (n int, err error) { return 0, errNotYet }

// Dead is a dead letter.
type Dead struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	Args     string    `json:"args"`
	Error    string    `json:"error"`
	Attempts int       `json:"attempts"`
	Added    time.Time `json:"added"`
	Died     time.Time `json:"died"`
}

// Count is the jobs of one kind.
type Count struct {
	Kind    string    `json:"kind"`
	Waiting int64     `json:"waiting"`
	Running int64     `json:"running"`
	Dead    int64     `json:"dead"`
	Oldest  time.Time `json:"oldest,omitzero"` // since when the oldest that is due waits
}

// Dead lists the newest first.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Dead, error) { return nil, errNotYet }

// Retry makes a dead letter due now.
func (q *Queue) Retry(ctx context.Context, id int64) error { return errNotYet }

// RetryAll makes all dead letters due now.
func (q *Queue) RetryAll(ctx context.Context) (n int64, err error) { return 0, errNotYet }

// Remove forgets a dead letter.
func (q *Queue) Remove(ctx context.Context, id int64) error { return errNotYet }

// Counts is by kind.
func (q *Queue) Counts(ctx context.Context) ([]Count, error) { return nil, errNotYet }

// Never says that another attempt would not help: the job is a dead letter.
func Never(err error) error { return err }

// Later puts a job off; it is not an attempt.
func Later(d time.Duration) error { return errNotYet }
