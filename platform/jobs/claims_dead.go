package jobs

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

func (e *claims) dead(ctx context.Context, limit int) ([]Dead, error) {
	return readDead(ctx, e.q.db, `SELECT id, kind, args, coalesce(error, ''), attempt, added, died FROM hotlane_jobs
		WHERE state = 2 ORDER BY died DESC, id DESC LIMIT $1`, limit)
}

// readDead reads the columns of Dead, times in unix microseconds.
func readDead(ctx context.Context, d *db.DB, query string, limit int) ([]Dead, error) {
	rows, err := d.Query(ctx, query, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Dead{}
	for rows.Next() {
		var x Dead
		var added, died int64
		if err := rows.Scan(&x.ID, &x.Kind, &x.Args, &x.Error, &x.Attempts, &added, &died); err != nil {
			return nil, err
		}
		x.Args = cut(x.Args, maxListedArg)
		x.Added, x.Died = time.UnixMicro(added).UTC(), time.UnixMicro(died).UTC()
		list = append(list, x)
	}
	return list, rows.Err()
}

func (e *claims) retry(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	res, err := tx.Exec(ctx, `UPDATE hotlane_jobs SET state = 0, attempt = 0, due = $1, died = NULL WHERE id = $2 AND state = 2`,
		e.q.now().UnixMicro(), id)
	if err != nil {
		return 0, err
	}
	tx.After(func() { e.poke("") })
	return res.RowsAffected()
}

func (e *claims) remove(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	res, err := tx.Exec(ctx, `DELETE FROM hotlane_jobs WHERE id = $1 AND state = 2`, id)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (e *claims) counts(ctx context.Context) ([]Count, error) {
	return readCounts(ctx, e.q.db, `SELECT kind, 0, count(*), min(due) FROM hotlane_jobs WHERE state = 0 GROUP BY kind
		UNION ALL SELECT kind, 1, count(*), 0 FROM hotlane_jobs WHERE state = 1 GROUP BY kind
		UNION ALL SELECT kind, 2, count(*), 0 FROM hotlane_jobs WHERE state = 2 GROUP BY kind ORDER BY 1, 2`)
}

// readCounts reads rows in the order of their kinds: kind, state (0 waits, 1 runs, 2 dead), how many, and when the first that waits is
// due in unix microseconds.
func readCounts(ctx context.Context, d *db.DB, query string, args ...any) ([]Count, error) {
	rows, err := d.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Count{}
	for rows.Next() {
		var kind string
		var state int
		var n, due int64
		if err := rows.Scan(&kind, &state, &n, &due); err != nil {
			return nil, err
		}
		if len(list) == 0 || list[len(list)-1].Kind != kind {
			list = append(list, Count{Kind: kind})
		}
		c := &list[len(list)-1]
		switch state {
		case 0:
			c.Waiting, c.Due = n, time.UnixMicro(due).UTC()
		case 1:
			c.Running = n
		default:
			c.Dead = n
		}
	}
	return list, rows.Err()
}
