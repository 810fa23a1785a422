package jobs

import (
	"context"
	"strings"

	"github.com/hotlane/hotlane/platform/db"
)

func (e *riverQueue) dead(ctx context.Context, limit int) ([]Dead, error) {
	list, err := readDead(ctx, e.q.db, `SELECT id, kind, coalesce(args ->> 'args', ''),
			coalesce(errors[array_length(errors, 1)] ->> 'error', ''), attempt,
			(extract(epoch FROM created_at) * 1000000)::bigint, (extract(epoch FROM finalized_at) * 1000000)::bigint
		FROM river_job WHERE state IN ('cancelled', 'discarded') ORDER BY finalized_at DESC, id DESC LIMIT $1`, limit)
	for i := range list {
		list[i].Error = strings.TrimPrefix(list[i].Error, "JobCancelError: ") // River's word for Never
	}
	return list, err
}

func (e *riverQueue) retry(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	res, err := tx.Exec(ctx, `UPDATE river_job SET state = 'available', attempt = 0, finalized_at = NULL,
			scheduled_at = 'epoch'::timestamptz + $1::bigint * INTERVAL '1 microsecond'
		WHERE id = $2 AND state IN ('cancelled', 'discarded')`, e.q.now().UnixMicro(), id)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (e *riverQueue) remove(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	res, err := tx.Exec(ctx, `DELETE FROM river_job WHERE id = $1 AND state IN ('cancelled', 'discarded')`, id)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (e *riverQueue) counts(ctx context.Context) ([]Count, error) {
	return readCounts(ctx, e.q.db, `SELECT kind,
			CASE WHEN state = 'running' THEN 1 WHEN state IN ('cancelled', 'discarded') THEN 2 ELSE 0 END, count(*),
			(extract(epoch FROM min(scheduled_at)) * 1000000)::bigint
		FROM river_job WHERE state <> 'completed' GROUP BY 1, 2 ORDER BY 1, 2`)
}
