package jobs

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// periods adds the periodic jobs. When one is due next is a row, so that one process adds it and the others see that it was
// added, in the transaction that adds it.
type periods struct {
	q    *Queue
	mu   sync.Mutex       // guards next; never held during I/O
	next map[string]int64 // by kind: when to look at the row again, unix microseconds
}

// periodKey keeps a periodic job from being added while one waits or runs.
const periodKey = "period"

// tick adds what is due and says when the next one is, in unix microseconds; far off when there is none.
func (p *periods) tick(ctx context.Context) (next int64, err error) {
	next = math.MaxInt64
	now := p.q.now().UnixMicro()
	for _, j := range p.q.kinds() {
		if j.Every == 0 {
			continue
		}
		p.mu.Lock()
		at := p.next[j.Kind]
		p.mu.Unlock()
		if at <= now || at > now+j.Every.Microseconds() { // the clock may have been set back
			at = following(now, j.Every)
			if err := p.add(ctx, j, now, at); err != nil {
				return 0, err
			}
			p.mu.Lock()
			p.next[j.Kind] = at
			p.mu.Unlock()
		}
		next = min(next, at)
	}
	return next, nil
}

// following is the first multiple of every after now.
func following(now int64, every time.Duration) int64 {
	e := every.Microseconds()
	return now - now%e + e
}

// add makes the row at first sight; a period that has become shorter counts from now on.
func (p *periods) add(ctx context.Context, j *Job, now, next int64) error {
	return p.q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO hotlane_job_periods (kind, due) VALUES ($1, $2) ON CONFLICT (kind) DO NOTHING`,
			j.Kind, next)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `UPDATE hotlane_job_periods SET due = $1 WHERE kind = $2 AND due <= $3`, next, j.Kind, now)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			if err != nil {
				return err
			}
			return p.q.Add(ctx, tx, j.Kind, nil, Unique(periodKey))
		}
		_, err = tx.Exec(ctx, `UPDATE hotlane_job_periods SET due = $1 WHERE kind = $2 AND due > $1`, next, j.Kind)
		return err
	})
}
