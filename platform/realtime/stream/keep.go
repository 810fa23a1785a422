package stream

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Keep writes the checkpoint of a log at an offset that is committed, unless a later one is kept, and deletes the packs that are wholly
// more than keep entries behind it. room may be nil. ErrGone.
func Keep(ctx context.Context, tx *db.Tx, h Head, at uint64, writers *Writers, room []byte, keep uint64) error {
	panic("to come")
}

// Forget deletes a log for ever. Its ID is never used again. One that is gone is no error.
func Forget(ctx context.Context, tx *db.Tx, id int64) error { panic("to come") }

// NewEpoch deletes a log and begins it anew, empty, under the same name. ErrGone.
func NewEpoch(ctx context.Context, tx *db.Tx, id int64, epoch string, now time.Time) (Head, error) {
	panic("to come")
}

// Renew gives all logs of a database another epoch, without touching their entries.
func Renew(ctx context.Context, tx *db.Tx, epoch string) error { panic("to come") }
