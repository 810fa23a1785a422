package stream

import (
	"context"

	"github.com/hotlane/hotlane/platform/realtime"
)

// MaxRead is how many entries one Read or History gives at most.
const MaxRead = 10_000

// Read gives the entries behind an offset, in order, at most limit (up to MaxRead). ErrForgotten: after is below the floor; ErrGone.
func Read(ctx context.Context, q Querier, id int64, after uint64, limit int) ([]realtime.Entry, error) {
	panic("to come")
}

// Range is what is wanted of a log's past.
type Range struct {
	Since   *realtime.Position // only what is behind it, or with Reverse before it; nil: from the one end
	Limit   int                // entries, up to MaxRead
	Reverse bool               // the newest first
}

// History gives entries as the range says. ErrForgotten: Since is below the floor, or is of another epoch.
func History(ctx context.Context, q Querier, h Head, r Range) ([]realtime.Entry, error) {
	panic("to come")
}

// Heads tells where logs are, to notice what was missed. One that is gone is not in the answer. At most 10,000 at a time.
func Heads(ctx context.Context, q Querier, ids []int64) (map[int64]uint64, error) {
	panic("to come")
}

func between(ctx context.Context, q Querier, id int64, low, high uint64) ([]realtime.Entry, error) {
	panic("to come")
}
