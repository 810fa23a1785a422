package jobs

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/hotlane/hotlane/platform/db"
)

// riverQueue is the engine on PostgreSQL: River's tables in the schema of the database, one queue of River's for each kind, so that
// each has its own number of workers.
type riverQueue struct {
	q       *Queue
	id      string // of this queue among all processes: rows that run have it, and a lock says that it lives
	inserts func() (*river.Client[pgx.Tx], error)

	drained chan struct{} // closed: nothing is begun any more
	drain1  sync.Once     // closes it
	stop1   sync.Once     // stops worker

	starting sync.Mutex // held while run makes worker, before mu

	mu     sync.Mutex      // guards what follows; never held during I/O
	worker *riverWorker    // of run
	over   context.Context // run's
	quiet  chan struct{}   // closed when run keeps house no more
	hush   func()          // ends that
	left   error           // why worker has not stopped
}

func newRiver(q *Queue, id string) *riverQueue {
	e := &riverQueue{q: q, id: id, drained: make(chan struct{})}
	e.inserts = sync.OnceValues(func() (*river.Client[pgx.Tx], error) {
		return river.NewClient(riverpgxv5.New(nil), e.config(id))
	})
	return e
}

const (
	// fetchCooldown is for how long River tells nobody of further jobs of a kind after it has told of one; a job that falls
	// into it is found by looking.
	fetchCooldown = time.Millisecond
	fetchEvery    = time.Second
	completedFor  = time.Hour
	clientPool    = 4 // connections: listener, lock, two to work
)

func (e *riverQueue) config(id string) *river.Config {
	return &river.Config{
		ID: id, Schema: e.q.db.Name(), Logger: slog.New(loud{e.q.log.Handler()}),
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchEvery,
		CompletedJobRetentionPeriod: completedFor, CancelledJobRetentionPeriod: Retention, DiscardedJobRetentionPeriod: Retention,
		RetryPolicy: noPolicy{}, Test: river.TestConfig{Time: clock{e.q.now}},
	}
}

// loud leaves out what River says of jobs that fail, which this package says itself.
type loud struct{ slog.Handler }

func (h loud) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
func (h loud) WithAttrs(a []slog.Attr) slog.Handler { return loud{h.Handler.WithAttrs(a)} }
func (h loud) WithGroup(name string) slog.Handler   { return loud{h.Handler.WithGroup(name)} }

// clock has River go by the queue's time.
type clock struct{ now func() time.Time }

func (c clock) Now() time.Time { return c.now() }
func (c clock) NowOrNil() *time.Time {
	t := c.now()
	return &t
}

// noPolicy is never asked: each worker says when the next attempt is.
type noPolicy struct{}

func (noPolicy) NextRetry(j *rivertype.JobRow) time.Time { return j.ScheduledAt }

// migrate makes River's tables, a transaction for each step. One process at a time does so: a connection holds a lock, another works.
func (e *riverQueue) migrate(ctx context.Context) error {
	pool, err := e.q.db.Pool(ctx, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	err = e.migrateIn(ctx, pool)
	if err != nil {
		return fmt.Errorf("jobs: River's tables in %s: %w", e.q.db.Name(), err)
	}
	return nil
}

func (e *riverQueue) migrateIn(ctx context.Context, pool *pgxpool.Pool) error {
	locked, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer locked.Release()
	works, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	_, err = works.Exec(ctx, "SET statement_timeout = 0")
	works.Release() // the only one that the pool can give
	if err != nil {
		return err
	}
	if _, err := locked.Exec(ctx, "SET statement_timeout = 0"); err != nil {
		return err
	}
	if _, err := locked.Exec(ctx, "SELECT pg_advisory_lock($1)", e.lock("migrate")); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Schema: e.q.db.Name(), Logger: slog.New(loud{e.q.log.Handler()}),
	})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// lock is the number of an advisory lock, which all schemas of a PostgreSQL database share.
func (e *riverQueue) lock(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("hotlane.jobs." + e.q.db.Name() + "." + name))
	return int64(h.Sum64())
}

// riverArgs carry the arguments as text: JSONB keeps no order of keys, and no zero byte.
type riverArgs struct {
	kind string
	Key  string `json:"key,omitempty" river:"unique"`
	Args string `json:"args"`
}

func (a riverArgs) Kind() string { return a.kind }

// queueOf is the name of River's queue for a kind; its names may have no dot.
func queueOf(kind string) string { return strings.ReplaceAll(kind, ".", "|") }

// uniqueStates: while it waits or runs.
func uniqueStates() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning,
		rivertype.JobStateScheduled,
	}
}

func (e *riverQueue) add(ctx context.Context, tx *db.Tx, records []record) (map[string]int, error) {
	client, err := e.inserts()
	if err != nil {
		return nil, err
	}
	now := e.q.now()
	params := make([]river.InsertManyParams, len(records))
	for i, r := range records {
		opts := &river.InsertOpts{MaxAttempts: r.attempts, Queue: queueOf(r.kind)}
		if r.due.After(now) {
			opts.ScheduledAt = r.due
		}
		if r.key != "" {
			opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: uniqueStates()}
		}
		params[i] = river.InsertManyParams{Args: riverArgs{kind: r.kind, Key: r.key, Args: r.args}, InsertOpts: opts}
	}
	added := make(map[string]int)
	err = tx.Postgres(func(tx pgx.Tx) error {
		results, err := client.InsertManyTx(ctx, tx, params)
		for _, r := range results {
			if !r.UniqueSkippedAsDuplicate {
				added[r.Job.Kind]++
			}
		}
		return err
	})
	return added, err
}
