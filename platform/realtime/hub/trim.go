package hub

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	trimAtOnce = 500 // packs, in one transaction
	trimsFor   = 2   // packs that are looked at for each entry a checkpoint covers: of all there are, a third at most is forgotten then
)

// trimmer deletes what checkpoints have put below the floors of logs, where they do not delete it themselves.
type trimmer struct {
	due   atomic.Int64 // packs to look at
	after int64        // the row it has come to; 0: the beginning. The keeper's
}

// forgot says that checkpoints are written.
func (h *Hub) forgot(all []checkpoint) {
	if h.db.Dialect() != db.SQLite {
		return
	}
	for _, k := range all {
		h.trimmer.due.Add(trimsFor * int64(k.covers))
	}
	signal(h.keeper.wake)
}

// trim goes on through the packs of all logs, again and again, as far as is due, and deletes those that are forgotten. What it cannot
// delete now is found the next time round.
func (h *Hub) trim(ctx context.Context) {
	for due := h.trimmer.due.Swap(0); due > 0 && ctx.Err() == nil; due -= trimAtOnce {
		held, err := h.trimSome(ctx)
		if err != nil {
			if ctx.Err() == nil {
				h.log.Warn("live: entries that are forgotten cannot be deleted now", "error", err.Error())
			}
			return
		}
		h.rest(ctx, held)
	}
}

// trimSome goes on by trimAtOnce packs, and says how long it held up others.
func (h *Hub) trimSome(ctx context.Context) (held time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	after := h.trimmer.after
	last, found, more, err := stream.FindForgotten(ctx, h.db, after, trimAtOnce)
	if err != nil {
		return 0, err
	}
	if h.trimmer.after = last; !more {
		h.trimmer.after = 0
	}
	if !found {
		return 0, nil
	}
	var begun time.Time
	err = h.db.Write(ctx, func(tx *db.Tx) error {
		begun = time.Now()
		return stream.Trim(ctx, tx, after, last)
	})
	if err != nil {
		return 0, err
	}
	return time.Since(begun), nil
}
