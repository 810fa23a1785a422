package hub

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	trimAtOnce = 256             // packs, in one transaction
	trimWorth  = 1 << 16         // packs of many logs, for many of them to be neighbours in the table
	trimMost   = 4 * trimWorth   // packs that may wait to be deleted; further ones are found by a later checkpoint
	trimEvery  = 1 * time.Minute // all that there are
	trimRests  = 7               // times as long as commits had to wait for one transaction: there are many of them
)

// trimmer deletes what checkpoints leave to it: the packs below the floors of logs, on SQLite. It collects those of many logs, and deletes
// them in the order in which they stand. What it knows ends with the process: the first checkpoint of a log after that finds it again.
type trimmer struct {
	mu    sync.Mutex
	found []int64 // rows of packs
	round []int64 // those that are being deleted, in their order
	due   int     // of the round, until further ones are found: somewhat more than were, so that it ends, and no more, since all wait
}

func (t *trimmer) add(packs []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found = append(t.found, packs...)
	t.due += len(packs) + len(packs)/4
}

func (t *trimmer) isFull() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.found) >= trimMost
}

// next are some that are due to be deleted, or with all some that could be. They are no longer known then.
func (t *trimmer) next(all bool) (some []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.round) == 0 && (all || len(t.found) >= trimWorth) {
		slices.Sort(t.found)
		t.round, t.found = slices.Compact(t.found), nil
	}
	if len(t.round) == 0 || !all && t.due <= 0 {
		t.due = 0
		return nil
	}
	n := min(trimAtOnce, len(t.round))
	some, t.round = t.round[:n], t.round[n:]
	t.due -= n
	return some
}

// findForgotten tells the trimmer what a checkpoint that is written has put below the floor, and says how far it looked.
func (h *Hub) findForgotten(ctx context.Context, k checkpoint) (listed uint64) {
	if h.db.Dialect() != db.SQLite || k.log.Offset <= uint64(h.cfg.Keep) || h.trimmer.isFull() {
		return k.listed
	}
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	packs, listed, err := stream.Forgotten(ctx, h.db, k.log.ID, k.listed, trimWorth)
	if err != nil {
		return k.listed // the next finds it
	}
	h.trimmer.add(packs)
	return listed
}

// trim deletes what is due, or all that there is, unless checkpoints wait.
func (h *Hub) trim(ctx context.Context, all bool) {
	for ctx.Err() == nil && !(all && h.keeper.waiting() > 0) {
		packs := h.trimmer.next(all)
		if len(packs) == 0 {
			return
		}
		held, err := h.trimSome(ctx, packs)
		if err != nil {
			if ctx.Err() == nil {
				h.cannotTrim.Warn(h.log, h.now(), "live: what logs have forgotten cannot be deleted now", "error", err.Error())
			}
			h.trimmer.add(packs)
			return
		}
		h.letCommit(ctx, trimRests*held)
	}
}

// trimSome deletes packs, and says how long it held up others.
func (h *Hub) trimSome(ctx context.Context, packs []int64) (held time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	var n int64
	var begun time.Time
	err = h.db.Write(ctx, func(tx *db.Tx) (err error) {
		begun = time.Now()
		n, err = stream.Trim(ctx, tx, packs)
		return err
	})
	if err != nil {
		return 0, err
	}
	h.metrics.trimmed.Add(float64(n))
	return time.Since(begun), nil
}
