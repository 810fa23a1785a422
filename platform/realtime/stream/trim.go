package stream

import (
	"cmp"
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// On SQLite packs stand in the order in which they came. Those of one channel are on a page each, so that a checkpoint which deleted them
// would hold up the commits of all; those that came together, of whatever channels, are on the same page.
const (
	nextPacks = `SELECT count(*), coalesce(max(id), 0), coalesce(sum(forgotten), 0) > 0 FROM (SELECT p.rowid AS id, p.last <= c.floor AS forgotten
		FROM hotlane_live_packs p JOIN hotlane_live_channels c ON c.id = p.channel WHERE p.rowid > $1 ORDER BY p.rowid LIMIT $2)`
	trimPacks = `DELETE FROM hotlane_live_packs WHERE rowid > $1 AND rowid <= $2
		AND last <= (SELECT c.floor FROM hotlane_live_channels c WHERE c.id = channel)`
)

// FindForgotten looks at the next packs of all logs behind a row, in the order in which they came, at most limit of them, for those that
// Keep left to Trim. last is the last row it looked at, and more says that there may be others behind it. It is for SQLite: elsewhere
// Keep leaves none.
func FindForgotten(ctx context.Context, q db.Querier, after int64, limit int) (last int64, found, more bool, err error) {
	rows, err := q.Query(ctx, nextPacks, after, limit)
	if err != nil {
		return 0, false, false, err
	}
	defer rows.Close()
	n := 0
	if rows.Next() {
		err = rows.Scan(&n, &last, &found)
	}
	return last, found, n == limit, cmp.Or(err, rows.Err())
}

// Trim deletes those packs behind a row, up to and with another, that are forgotten.
func Trim(ctx context.Context, tx *db.Tx, after, last int64) error {
	_, err := tx.Exec(ctx, trimPacks, after, last)
	return err
}
