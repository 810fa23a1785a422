package outbox

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

const keepEvery = time.Minute

// keepOften does what Keep does while Run does.
func (r *Relay) keepOften(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		if err := r.Keep(ctx); err != nil && ctx.Err() == nil {
			r.deps.Log.WarnContext(ctx, "outbox: its tables could not be tidied", "error", err.Error())
		}
		select {
		case <-tick.C:
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Keep does once what Run does every minute: says that the listeners are there, ends the listening of those who are not, removes
// old inbox rows, and counts what waits and what is parked.
func (r *Relay) Keep(ctx context.Context) error {
	var failed []error
	now := r.deps.Now()
	for _, s := range r.streams {
		if s.listens.Load() {
			failed = append(failed, listen(ctx, s.from.db, s.key, now), clean(ctx, s.from.db, s.to.db, s.key, now.Add(-r.opt.Keep)))
		}
	}
	r.metrics.reset()
	for _, o := range r.outboxes {
		if !o.ours.Load() {
			continue
		}
		gone, err := forgetUnseen(ctx, o.db, now.Add(-r.opt.Forget))
		for _, k := range gone {
			r.deps.Log.ErrorContext(ctx, "outbox: nobody has served this listener for long: no more events are kept for it",
				"topic", k.topic, "listener", k.listener, "days", int(r.opt.Forget.Hours()/24))
		}
		failed = append(failed, err, r.count(ctx, o, now))
	}
	return errors.Join(failed...)
}

// count reports what stands in an outbox.
func (r *Relay) count(ctx context.Context, o *Outbox, now time.Time) error {
	rows, err := o.db.Query(ctx, `SELECT topic, listener, SUM(CASE WHEN parked = 0 THEN 1 ELSE 0 END),
		SUM(CASE WHEN parked = 0 THEN 0 ELSE 1 END), MIN(CASE WHEN parked = 0 THEN at END) FROM hotlane_outbox GROUP BY topic, listener`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k key
		var waiting, parked int64
		var oldest sql.NullInt64
		if err := rows.Scan(&k.topic, &k.listener, &waiting, &parked, &oldest); err != nil {
			return err
		}
		var age time.Duration
		if oldest.Valid {
			age = max(now.Sub(time.UnixMicro(oldest.Int64)), 0)
		}
		r.metrics.set(k, waiting, parked, age)
	}
	return rows.Err()
}
