package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

// Dead is a job that is not tried any more.
type Dead struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
	Args     string    `json:"args" doc:"the first 1000 bytes"`
	Error    string    `json:"error" doc:"of the last attempt, up to 2000 bytes"`
	Attempts int       `json:"attempts"`
	Added    time.Time `json:"added"`
	Died     time.Time `json:"died"`
}

// Count is how many jobs of a kind there are.
type Count struct {
	Kind    string    `json:"kind"`
	Waiting int64     `json:"waiting" doc:"due or not"`
	Running int64     `json:"running"`
	Dead    int64     `json:"dead"`
	Due     time.Time `json:"due,omitzero" doc:"when the first that waits is due, or was"`
}

// Retention is how long dead letters are kept.
const Retention = 30 * 24 * time.Hour

const (
	maxListed    = 1000
	maxListedArg = 1000
)

var (
	errGone    = fault.New(fault.NotFound, "jobs.gone", "There is no dead letter of this number.")
	errWaiting = fault.New(fault.Conflict, "jobs.waiting", "A job with the same key waits already: this one can only be removed.")
)

// Dead lists dead letters, the newest first; limit is up to 1000.
func (q *Queue) Dead(ctx context.Context, limit int) ([]Dead, error) {
	return q.engine.dead(ctx, min(max(limit, 0), maxListed))
}

// Retry makes a dead letter due now, with all its attempts before it. Errors: jobs.gone; jobs.waiting where it has a key and another
// with that key waits or runs.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	n, err := q.change(ctx, id, q.engine.retry)
	if db.IsUnique(err) {
		return errWaiting.Because(err)
	}
	return one(n, err)
}

// RetryAll makes all dead letters due now, up to the newest 1000, and says how many; those of which another with the same key waits
// stay.
func (q *Queue) RetryAll(ctx context.Context) (n int64, err error) {
	list, err := q.Dead(ctx, maxListed)
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		err := q.Retry(ctx, d.ID)
		switch {
		case err == nil:
			n++
		case !errors.Is(err, errGone) && !errors.Is(err, errWaiting):
			return n, err
		}
	}
	return n, nil
}

// Remove forgets a dead letter. Errors: jobs.gone.
func (q *Queue) Remove(ctx context.Context, id int64) error {
	return one(q.change(ctx, id, q.engine.remove))
}

func (q *Queue) change(
	ctx context.Context, id int64, do func(context.Context, *db.Tx, int64) (int64, error),
) (n int64, err error) {
	err = q.db.Write(ctx, func(tx *db.Tx) (err error) {
		n, err = do(ctx, tx, id)
		return err
	})
	return n, err
}

func one(n int64, err error) error {
	if err == nil && n == 0 {
		return errGone
	}
	return err
}

// Counts is by kind, in the order of their names, with kinds that are not registered any more.
func (q *Queue) Counts(ctx context.Context) ([]Count, error) { return q.engine.counts(ctx) }
