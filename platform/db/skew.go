package db

import (
	"context"
	"time"
)

// Skew is how far the database's clock is ahead of ours, as the quickest of three looks at it; the error is at most half of
// that look's round trip. It is 0 on SQLite, which has no clock of its own.
func (d *DB) Skew(ctx context.Context) (time.Duration, error) {
	if d.dialect == SQLite {
		return 0, nil
	}
	var skew, quickest time.Duration
	for i := range 3 {
		var micros int64
		start := d.set.opt.Now()
		err := d.QueryRow(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&micros)
		if err != nil {
			return 0, err
		}
		took := d.set.opt.Now().Sub(start)
		if i == 0 || took < quickest {
			quickest = took
			skew = time.UnixMicro(micros).Sub(start.Add(took / 2))
		}
	}
	return skew, nil
}

// Skew is the largest among the databases that have been used, by amount.
func (s *Set) Skew(ctx context.Context) (worst time.Duration, err error) {
	for _, d := range s.remote() {
		skew, err := d.Skew(ctx)
		if err != nil {
			return 0, err
		}
		if skew.Abs() > worst.Abs() {
			worst = skew
		}
	}
	return worst, nil
}

// remote is one open database of each DSN.
func (s *Set) remote() []*DB {
	s.mu.Lock()
	defer s.mu.Unlock()
	byPool := make(map[*pgPool]*DB)
	for _, d := range s.dbs {
		if e := d.opened.Load(); e != nil && d.dialect == Postgres {
			byPool[(*e).(*pgEngine).pool] = d
		}
	}
	list := make([]*DB, 0, len(byPool))
	for _, d := range byPool {
		list = append(list, d)
	}
	return list
}
