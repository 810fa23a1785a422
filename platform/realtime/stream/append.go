package stream

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Pack is what one commit brings for one channel.
type Pack struct {
	Channel int64            // Head.ID
	Epoch   string           // Head.Epoch
	First   uint64           // the first entry's offset
	Entries []realtime.Entry // at least one; their offsets count on from First
}

// Append writes packs, at most one of a channel, sorted by channel. taken says of each whether it is in: one that is not lost against
// another process, or its channel is forgotten or has another epoch; nothing of it is written, and the others are not touched.
func Append(ctx context.Context, tx *db.Tx, packs []Pack) (taken []bool, err error) {
	panic("to come")
}
