package stream

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Unused is a log that never had an entry.
type Unused struct {
	ID   int64
	Name string
	Made time.Time // or when it was last seen open: see Touch
}

// Packs and checkpoints are asked for one by one, not by NOT EXISTS: PostgreSQL would read a whole table for each go (hashed subplan).

// FindUnused looks through the next logs behind an ID, in their order, at most limit of them, for those that never had an entry. last is
// the last ID it looked at; 0: there are no more.
func FindUnused(ctx context.Context, q db.Querier, after int64, limit int) (list []Unused, last int64, err error) {
	rows, err := q.Query(ctx, `SELECT c.id, c.name, c.made, c.floor = 0
			AND (SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id LIMIT 1) IS NULL
			AND (SELECT k.at FROM hotlane_live_checkpoints k WHERE k.channel = c.id) IS NULL
		FROM hotlane_live_channels c WHERE c.id > $1 ORDER BY c.id LIMIT $2`, after, limit)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var one Unused
		var made int64
		var unused bool
		if err := rows.Scan(&one.ID, &one.Name, &made, &unused); err != nil {
			return nil, 0, err
		}
		if last = one.ID; unused {
			one.Made = time.UnixMilli(made)
			list = append(list, one)
		}
	}
	return list, last, rows.Err()
}

const (
	touchSQLite   = `UPDATE hotlane_live_channels SET made = $2 WHERE id IN (SELECT value FROM json_each($1)) AND made < $2`
	touchPostgres = `UPDATE hotlane_live_channels SET made = $2 WHERE made < $2 AND id IN (
		SELECT id FROM hotlane_live_channels WHERE id = ANY($1::bigint[]) FOR NO KEY UPDATE SKIP LOCKED)`
	sweepSQLite = `DELETE FROM hotlane_live_channels AS c WHERE c.id IN (SELECT value FROM json_each($1)) AND c.made < $2 AND c.floor = 0
		AND (SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id LIMIT 1) IS NULL
		AND (SELECT k.at FROM hotlane_live_checkpoints k WHERE k.channel = c.id) IS NULL`
	sweepPostgres = `DELETE FROM hotlane_live_channels AS c WHERE c.id = ANY($1::bigint[]) AND c.made < $2 AND c.floor = 0
		AND (SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id LIMIT 1) IS NULL
		AND (SELECT k.at FROM hotlane_live_checkpoints k WHERE k.channel = c.id) IS NULL`
	lockPostgres = `SELECT id FROM hotlane_live_channels WHERE id = ANY($1::bigint[]) FOR UPDATE SKIP LOCKED`
)

// Touch says that logs are in use now, though they may have no entry: what is open on one node is not for others to sweep.
func Touch(ctx context.Context, tx *db.Tx, ids []int64, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	if tx.Dialect() == db.Postgres {
		_, err := tx.Exec(ctx, touchPostgres, ids, now.UnixMilli())
		return err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, touchSQLite, string(list), now.UnixMilli())
	return err
}

// Sweep deletes those of these logs that never had an entry and were made, or last touched, before a time. It tells how many. Who has one
// of them open has its next append not taken, as after Forget. It waits for nobody: one that is being appended to is left alone.
func Sweep(ctx context.Context, tx *db.Tx, ids []int64, before time.Time) (n int64, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	if tx.Dialect() == db.Postgres {
		// Held first, and looked at again by another statement: what was appended while this one waited would not be seen.
		held, err := hold(ctx, tx, ids)
		if err != nil || len(held) == 0 {
			return 0, err
		}
		return affected(tx.Exec(ctx, sweepPostgres, held, before.UnixMilli()))
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, err
	}
	return affected(tx.Exec(ctx, sweepSQLite, string(list), before.UnixMilli()))
}

func hold(ctx context.Context, tx *db.Tx, ids []int64) (held []int64, err error) {
	return db.Column[int64](ctx, tx, lockPostgres, ids)
}

func affected(done sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
