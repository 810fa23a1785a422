package stream

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Keep writes the checkpoint of a log at an offset that is committed, unless a later one is kept, and moves the floor over the packs that
// are wholly more than keep entries behind it. They are deleted with it, on SQLite by Trim. room may be nil. ErrGone: the log is forgotten
// or has another epoch.
func Keep(ctx context.Context, tx *db.Tx, h Head, at uint64, writers *Writers, room []byte, keep uint64) error {
	if tx.Dialect() == db.Postgres { // nobody appends, keeps or forgets meanwhile
		if _, err := tx.Exec(ctx, `SELECT 1 FROM hotlane_live_channels WHERE id = $1 FOR NO KEY UPDATE`, h.ID); err != nil {
			return err
		}
	}
	now, _, err := head(ctx, tx, h.Name)
	switch {
	case err != nil:
		return err
	case now.ID != h.ID || now.Epoch != h.Epoch || h.ID == 0:
		return ErrGone
	case at > now.Offset:
		return fmt.Errorf("stream: a checkpoint of %s at %d, and the log ends at %d", h.Name, at, now.Offset)
	}
	done, err := tx.Exec(ctx, `INSERT INTO hotlane_live_checkpoints (channel, at, writers, room) VALUES ($1, $2, $3, $4)
		ON CONFLICT (channel) DO UPDATE SET at = excluded.at, writers = excluded.writers, room = excluded.room
		WHERE hotlane_live_checkpoints.at < excluded.at`, h.ID, int64(at), writers.Append(nil), room)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 || at <= keep {
		return err
	}
	return truncate(ctx, tx, h.ID, at-keep)
}

// truncate forgets the packs that end at or before an offset. The floor goes first: see Append.
func truncate(ctx context.Context, tx *db.Tx, id int64, upTo uint64) error {
	var floor int64
	err := tx.QueryRow(ctx, `SELECT last FROM hotlane_live_packs WHERE channel = $1 AND first <= $2 AND last <= $2
		ORDER BY first DESC LIMIT 1`, id, int64(upTo)).Scan(&floor)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE hotlane_live_channels SET floor = $2 WHERE id = $1 AND floor < $2`, id, floor)
	if err != nil || tx.Dialect() == db.SQLite {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM hotlane_live_packs WHERE channel = $1 AND first <= $2 AND last <= $2`, id, floor)
	return err
}

// Forget deletes a log for ever. Its ID is never used again. One that is gone is no error.
func Forget(ctx context.Context, tx *db.Tx, id int64) error {
	for _, query := range []string{
		`DELETE FROM hotlane_live_channels WHERE id = $1`, // first: whoever appends has it until the end
		`DELETE FROM hotlane_live_packs WHERE channel = $1`,
		`DELETE FROM hotlane_live_checkpoints WHERE channel = $1`,
	} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

// NewEpoch deletes a log and begins it anew, empty, under the same name and with another ID. ErrGone.
func NewEpoch(ctx context.Context, tx *db.Tx, id int64, epoch string, now time.Time) (Head, error) {
	var name string
	err := tx.QueryRow(ctx, `SELECT name FROM hotlane_live_channels WHERE id = $1`, id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, ErrGone
	}
	if err != nil {
		return Head{}, err
	}
	if err := Forget(ctx, tx, id); err != nil {
		return Head{}, err
	}
	return Create(ctx, tx, name, epoch, now)
}

// Renew gives all logs of a database another epoch and leaves their entries as they are: for whoever put old files, or a server that lost
// commits, in place of others by means that this program does not know of. No process may have them open.
func Renew(ctx context.Context, tx *db.Tx, epoch string) error {
	_, err := tx.Exec(ctx, `UPDATE hotlane_live_channels SET epoch = $1`, epoch)
	return err
}
