package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// What stands in the listener's database.

// enter writes that an event is handled, in the transaction of its effect; false: it was before.
func enter(ctx context.Context, tx *db.Tx, e Event, now time.Time) (first bool, err error) {
	done, err := tx.Exec(ctx, `INSERT INTO hotlane_inbox (id, topic, handled) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
		e.ID, e.Topic, now.UnixMicro())
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

const (
	cleaned   = 500  // inbox rows of one transaction
	maxBehind = 1000 // outbox rows of one handler beside which its inbox is cleaned
)

// clean removes what the inbox has kept since before then. A row whose event still stands in the outbox is kept: the event will be
// handed over again. So nothing is removed while more than maxBehind stand there.
func clean(ctx context.Context, from, to *db.DB, k key, before time.Time) error {
	behind, err := db.Column[string](ctx, from, `SELECT id FROM hotlane_outbox WHERE topic = $1 AND listener = $2 ORDER BY seq LIMIT $3`,
		k.topic, k.listener, maxBehind+1)
	if err != nil || len(behind) > maxBehind {
		return err
	}
	for {
		old, err := db.Column[string](ctx, to, `SELECT id FROM hotlane_inbox WHERE topic = $1 AND handled < $2 ORDER BY handled LIMIT $3`,
			k.topic, before.UnixMicro(), cleaned+len(behind))
		if err != nil {
			return err
		}
		var gone [][]any
		for _, id := range old {
			if !slices.Contains(behind, id) {
				gone = append(gone, []any{id})
			}
		}
		if len(gone) == 0 {
			return nil
		}
		err = to.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecMany(ctx, `DELETE FROM hotlane_inbox WHERE id = $1`, gone)
			return err
		})
		if err != nil || len(old) < cleaned+len(behind) {
			return err
		}
	}
}
