package stream

import (
	"context"
	"encoding/json"

	"github.com/hotlane/hotlane/platform/db"
)

// On SQLite packs stand in the order in which they came. Those of one channel are on a page each, and a checkpoint that deleted them would
// hold up the commits of all; those that came at a time, of whatever channels, are on the same pages.
const (
	forgottenPacks = `SELECT rowid, first FROM hotlane_live_packs WHERE channel = $1 AND first > $2
		AND first <= (SELECT floor FROM hotlane_live_channels WHERE id = $1) ORDER BY first LIMIT $3`
	trimPacks = `DELETE FROM hotlane_live_packs WHERE rowid IN (SELECT value FROM json_each($1))
		AND last <= (SELECT c.floor FROM hotlane_live_channels c WHERE c.id = channel)`
)

// Forgotten are the rows of the packs of a log that Keep left to Trim, of those that begin behind an offset, at most limit. last is where
// the last of them begins; without any it is after. It is for SQLite; elsewhere Keep leaves none.
func Forgotten(ctx context.Context, q db.Querier, id int64, after uint64, limit int) (packs []int64, last uint64, err error) {
	rows, err := q.Query(ctx, forgottenPacks, id, int64(after), limit)
	if err != nil {
		return nil, after, err
	}
	defer rows.Close()
	last = after
	for rows.Next() {
		var pack int64
		if err := rows.Scan(&pack, &last); err != nil {
			return nil, after, err
		}
		packs = append(packs, pack)
	}
	return packs, last, rows.Err()
}

// Trim deletes the packs in these rows that are below the floor of their log, and tells how many. Rows beside each other cost least.
func Trim(ctx context.Context, tx *db.Tx, rows []int64) (n int64, err error) {
	list, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	return affected(tx.Exec(ctx, trimPacks, string(list)))
}
