package waitlist

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Sent marks a message as handed over, or its address as one that the server refuses for good.
func (s *store) Sent(ctx context.Context, item mailItem, bounced bool, at time.Time) error {
	bouncedAt := int64(0)
	if bounced {
		bouncedAt = at.UnixMicro()
	}
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE waitlist_signups SET wants = wants & $3, bounced_at = CASE WHEN CAST($4 AS BIGINT) > 0 THEN $4 ELSE bounced_at END
			WHERE list = $1 AND id = $2`, item.List, item.ID, int64(^item.Kind.bit()), bouncedAt)
		return err
	})
}

// Remind queues the confirmation of somebody once more. Errors: ErrGone, ErrConfirmed.
func (s *store) Remind(ctx context.Context, list, id string, at time.Time) error {
	return s.changes.Do(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := find(ctx, tx, list, id)
		if err != nil {
			return err
		}
		if r.Stage != Pending {
			return ErrConfirmed
		}
		_, err = tx.Exec(ctx, "UPDATE waitlist_signups SET wants = $3, mailed_at = $4, bounced_at = 0 WHERE list = $1 AND id = $2",
			list, id, int64(mailConfirm.bit()), at.UnixMicro())
		if err != nil {
			return err
		}
		return s.queueMail(ctx, tx, []mailItem{{list, id, mailConfirm, at.UnixMicro()}})
	})
}
