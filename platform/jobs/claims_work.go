package jobs

import (
	"context"
	"math"

	"github.com/hotlane/hotlane/platform/db"
)

// work runs one after the other: a commit writes what came of the last one and claims the next.
func (e *claims) work(ctx context.Context) (n int, err error) {
	if err := e.free(ctx); err != nil {
		return 0, err
	}
	lasting := context.WithoutCancel(ctx)
	var ended []result
	for {
		if _, err := e.q.periods.tick(lasting); err != nil {
			return n, err
		}
		var c *claimed
		err := e.q.db.Write(lasting, func(tx *db.Tx) (err error) {
			c = nil
			if err = e.settle(lasting, tx, ended); err == nil && ctx.Err() == nil {
				c, err = e.first(lasting, tx)
			}
			return err
		})
		if err != nil || ctx.Err() != nil {
			return n, errorOf(err, ctx)
		}
		if c == nil {
			return n, nil
		}
		n++
		ended = []result{e.attempt(ctx, *c)}
	}
}

func errorOf(err error, ctx context.Context) error {
	if err != nil {
		return err
	}
	return ctx.Err()
}

// first claims the job that has been due for longest.
func (e *claims) first(ctx context.Context, tx *db.Tx) (*claimed, error) {
	now := e.q.now().UnixMicro()
	var job *Job
	least := int64(math.MaxInt64)
	for _, j := range e.q.kinds() {
		due, err := e.next(ctx, tx, j.Kind)
		if err != nil {
			return nil, err
		}
		if due <= now && due < least {
			job, least = j, due
		}
	}
	if job == nil {
		return nil, nil
	}
	list, err := e.claim(ctx, tx, job, now, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
