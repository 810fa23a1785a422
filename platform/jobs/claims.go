package jobs

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// claims is the engine on SQLite: a row is a job, and whoever runs it has its name on it. A claim needs no time limit: the lock on the
// data directory says that the process of an earlier one has ended.
type claims struct {
	q     *Queue
	owner string
	wake  chan struct{} // of one: something was committed

	drained chan struct{}      // closed: nothing is claimed any more
	drain1  sync.Once          // closes it
	halted  context.Context    // ended: what runs is told to stop
	halt    context.CancelFunc // ends it
	idle    chan struct{}      // closed by run when nothing runs any more

	mu      sync.Mutex      // guards what follows; never held during I/O
	began   bool            // run was called
	working int             // how many run
	added   map[string]bool // kinds of which jobs were committed since the last round; "": of any
}

func newClaims(q *Queue, owner string) *claims {
	e := &claims{
		q: q, owner: owner, wake: make(chan struct{}, 1),
		drained: make(chan struct{}), idle: make(chan struct{}),
	}
	e.halted, e.halt = context.WithCancel(context.Background())
	return e
}

func (e *claims) migrate(context.Context) error { return nil }

// add is one statement for any number of jobs: the values of many travel as one JSON text, which the engine takes its time to read.
func (e *claims) add(ctx context.Context, tx *db.Tx, records []record) (map[string]int, error) {
	now := e.q.now().UnixMicro()
	values := make([][4]any, len(records))
	for i, r := range records {
		due := now
		if !r.due.IsZero() {
			due = max(r.due.UnixMicro(), 0)
		}
		values[i] = [4]any{r.kind, r.args, nil, due}
		if r.key != "" {
			values[i][2] = r.key
		}
	}
	if len(values) == 1 {
		return e.addOne(ctx, tx, records[0].kind, append(values[0][:], now))
	}
	text, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `INSERT INTO hotlane_jobs (kind, args, key, due, added)
		SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, $2 FROM json_each($1) WHERE true
		ON CONFLICT DO NOTHING RETURNING kind`, string(text), now)
	if err != nil {
		return nil, err
	}
	added := make(map[string]int)
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			return nil, err
		}
		added[kind]++
	}
	tx.After(func() {
		for kind := range added {
			e.poke(kind)
		}
	})
	return added, rows.Err()
}

func (e *claims) addOne(ctx context.Context, tx *db.Tx, kind string, values []any) (map[string]int, error) {
	res, err := tx.Exec(ctx, "INSERT INTO hotlane_jobs (kind, args, key, due, added) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", values...)
	if err != nil {
		return nil, err
	}
	n, err := res.RowsAffected()
	if n == 1 {
		tx.After(func() { e.poke(kind) })
	}
	return map[string]int{kind: int(n)}, err
}

// poke has the next round look for jobs of a kind, "": of all, now.
func (e *claims) poke(kind string) {
	e.mu.Lock()
	if e.added == nil {
		e.added = make(map[string]bool)
	}
	e.added[kind] = true
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// free gives back what an earlier process had: its attempts count, so that a job that kills its process does not do so for ever.
func (e *claims) free(ctx context.Context) error {
	now := e.q.now().UnixMicro()
	return e.q.db.Write(ctx, func(tx *db.Tx) error {
		for _, j := range e.q.kinds() {
			_, err := tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 2, owner = NULL, died = $1, error = $2
				WHERE state = 1 AND owner <> $3 AND kind = $4 AND attempt >= $5`, now, errKilled, e.owner, j.Kind, j.Attempts)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 0, owner = NULL, due = $1, error = $2
			WHERE state = 1 AND owner <> $3`, now, errKilled, e.owner)
		return err
	})
}

const errKilled = "the process ended during the attempt"

// clean forgets dead letters that are old.
func (e *claims) clean(ctx context.Context) error {
	return e.q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM hotlane_jobs WHERE state = 2 AND died < $1`,
			e.q.now().Add(-Retention).UnixMicro())
		return err
	})
}

// claimed is a job that is ours.
type claimed struct {
	job  *Job
	task Task
}

// result is what came of it.
type result struct {
	claimed
	verdict
}

// claim takes up to n jobs of a kind.
func (e *claims) claim(ctx context.Context, tx *db.Tx, j *Job, now int64, n int) (list []claimed, err error) {
	rows, err := tx.Query(ctx, `UPDATE hotlane_jobs SET state = 1, owner = $1, attempt = attempt + 1
		WHERE id IN (SELECT id FROM hotlane_jobs WHERE state = 0 AND kind = $2 AND due <= $3 ORDER BY due, id LIMIT $4)
		RETURNING id, args, attempt, added`, e.owner, j.Kind, now, n)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		c := claimed{job: j, task: Task{Kind: j.Kind}}
		var added int64
		if err := rows.Scan(&c.task.ID, &c.task.Args, &c.task.Attempt, &added); err != nil {
			return nil, err
		}
		c.task.Added = time.UnixMicro(added)
		list = append(list, c)
	}
	return list, rows.Err()
}

// next is when the first job of a kind that waits is due; far off when none waits.
func (e *claims) next(ctx context.Context, tx *db.Tx, kind string) (due int64, err error) {
	var first *int64
	err = tx.QueryRow(ctx, `SELECT min(due) FROM hotlane_jobs WHERE state = 0 AND kind = $1`, kind).Scan(&first)
	if err != nil || first == nil {
		return math.MaxInt64, err
	}
	return *first, nil
}

// settle writes what came of jobs.
func (e *claims) settle(ctx context.Context, tx *db.Tx, results []result) error {
	now := e.q.now().UnixMicro()
	var done [][]any
	for _, r := range results {
		id, err := r.task.ID, error(nil)
		switch r.outcome {
		case dead:
			_, err = tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 2, owner = NULL, died = $1, error = $2
				WHERE id = $3 AND state = 1`, now, r.err.Error(), id)
		case failed:
			_, err = tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 0, owner = NULL, due = $1, error = $2
				WHERE id = $3 AND state = 1`, now+r.wait.Microseconds(), r.err.Error(), id)
		case later, returned:
			_, err = tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 0, owner = NULL, due = $1, attempt = attempt - 1
				WHERE id = $2 AND state = 1`, now+r.wait.Microseconds(), id)
		default:
			done = append(done, []any{id})
		}
		if err != nil {
			return err
		}
	}
	if done == nil {
		return nil
	}
	_, err := tx.ExecMany(ctx, `DELETE FROM hotlane_jobs WHERE id = $1 AND state = 1`, done)
	return err
}
