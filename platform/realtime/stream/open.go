package stream

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Head is one log. The zero ID is a channel that is not there.
type Head struct {
	ID   int64 // of this log: a channel that begins anew has another
	Name string
	realtime.Position
	Floor        uint64 // the last offset whose entry is forgotten
	CheckpointAt uint64 // what the checkpoint holds; 0: there is none
}

// Checkpoint is what the log up to Head.CheckpointAt folds to.
type Checkpoint struct {
	Writers *Writers // never nil
	Room    []byte   // nil: there is none
}

// The epoch that others see is the one that was written and the mark of the tables: on SQLite the user_version, which is another after each
// restore from a backup, on PostgreSQL the table's OID, which pg_restore gives anew. What was told of a log that was lost is not taken for
// this one's. Who puts old files or servers in place by other means calls Renew.
const (
	openSQLite = `SELECT c.id, c.epoch, (SELECT user_version FROM pragma_user_version), c.floor,
		coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor),
		k.at, k.writers, k.room
		FROM hotlane_live_channels c LEFT JOIN hotlane_live_checkpoints k ON k.channel = c.id WHERE c.name = $1`
	openPostgres = `SELECT c.id, c.epoch, c.tableoid::bigint, c.floor,
		coalesce((SELECT p.last FROM hotlane_live_packs p WHERE p.channel = c.id ORDER BY p.first DESC LIMIT 1), c.floor),
		k.at, k.writers, k.room
		FROM hotlane_live_channels c LEFT JOIN hotlane_live_checkpoints k ON k.channel = c.id WHERE c.name = $1`
)

func epochOf(written string, mark int64) string { return written + "." + strconv.FormatInt(mark, 36) }

// Open reads a log: where it is, its last checkpoint and the entries behind that, in order. tx must be a Read, so that all is one
// snapshot. It creates nothing: of a channel that is not there the ID is 0 and the epoch empty.
func Open(ctx context.Context, tx *db.Tx, name string) (Head, Checkpoint, []realtime.Entry, error) {
	h, c, err := head(ctx, tx, name)
	if err != nil || h.Offset == h.CheckpointAt {
		return h, c, nil, err
	}
	entries, err := between(ctx, tx, h.ID, h.CheckpointAt+1, h.Offset)
	if err != nil {
		return Head{}, Checkpoint{}, nil, fmt.Errorf("open %s: %w", name, err)
	}
	return h, c, entries, nil
}

func head(ctx context.Context, tx *db.Tx, name string) (Head, Checkpoint, error) {
	h, c := Head{Name: name}, Checkpoint{Writers: NewWriters()}
	query := openSQLite
	if tx.Dialect() == db.Postgres {
		query = openPostgres
	}
	var (
		written string
		mark    int64
		at      sql.NullInt64
		writers []byte
	)
	err := tx.QueryRow(ctx, query, name).Scan(&h.ID, &written, &mark, &h.Floor, &h.Offset, &at, &writers, &c.Room)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return h, c, nil
	case err != nil:
		return Head{}, Checkpoint{}, err
	}
	h.Epoch = epochOf(written, mark)
	if !at.Valid {
		return h, c, nil
	}
	h.CheckpointAt = uint64(at.Int64)
	if c.Writers, err = DecodeWriters(writers); err != nil {
		return Head{}, Checkpoint{}, fmt.Errorf("open %s: %w", name, err)
	}
	return h, c, nil
}

// Create makes an empty log, unless there is one, and tells which there is. epoch is 1 to 32 letters and digits, made at random.
func Create(ctx context.Context, tx *db.Tx, name, epoch string, now time.Time) (Head, error) {
	_, err := tx.Exec(ctx, `INSERT INTO hotlane_live_channels (name, epoch, made) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
		name, epoch, now.UnixMilli())
	if err != nil {
		return Head{}, err
	}
	h, _, err := head(ctx, tx, name)
	return h, err
}
