package hub

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// Whoever may subscribe to a channel begins its log. One that nobody ever wrote to is deleted when no node has had it open for a while.
const (
	sweepEvery = 20 * time.Minute
	sweepAge   = time.Hour    // since it was made, or last seen open
	touchAge   = sweepAge / 2 // after which one that is open is noted again
	sweepMost  = 1000         // logs that are looked at in one go
	sweepTime  = time.Minute  // of one go
)

// sweep goes through all logs, a thousand in one go, with the checkpoints that are due in between.
func (h *Hub) sweep(ctx context.Context) {
	for after := int64(0); ; {
		last, err := h.sweepSome(ctx, after)
		switch {
		case err != nil && ctx.Err() == nil:
			h.log.Warn("live: logs without entries cannot be deleted now", "error", err.Error())
			return
		case err != nil || last == 0:
			return
		}
		after = last
		h.writeAll(ctx, h.keeper.take())
	}
}

// sweepSome looks at the next logs, and says where it came to; 0: there are no more.
func (h *Hub) sweepSome(ctx context.Context, after int64) (last int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	list, last, err := stream.FindUnused(ctx, h.db, after, sweepMost)
	if err != nil {
		return 0, err
	}
	now := h.now()
	var here, gone []int64
	for _, l := range list {
		switch age := now.Sub(l.Made); {
		case h.has(l.Name):
			if age > touchAge {
				here = append(here, l.ID)
			}
		case age > sweepAge:
			gone = append(gone, l.ID)
		}
	}
	if len(here)+len(gone) == 0 {
		return last, nil
	}
	var n int64
	err = h.db.Write(ctx, func(tx *db.Tx) (err error) {
		if n, err = stream.Sweep(ctx, tx, gone, now.Add(-sweepAge)); err != nil {
			return err
		}
		return stream.Touch(ctx, tx, here, now)
	})
	if err != nil {
		return 0, err
	}
	h.metrics.swept.Add(float64(n))
	return last, nil
}

// has says whether a channel is open here, or being opened.
func (h *Hub) has(name string) bool {
	s := h.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.channels[name] != nil
}
