package hub

import (
	"cmp"
	"context"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	keepsMost   = 64 // checkpoints that wait to be written; further ones are made later
	keepsAtOnce = 2  // in one transaction: on SQLite commits wait for it
	keeperRests = 3  // times as long as commits had to wait for it
	restMost    = 100 * time.Millisecond
	worthAtRest = 32 // entries behind the checkpoint for which a channel that is closed gets a new one
)

// keeping is what a channel knows of its checkpoints.
type keeping struct {
	at    uint64 // of the last
	next  uint64 // offset from which the next is due
	under bool   // one is made, or being written

	listed uint64 // offset up to which the trimmer has been told what is forgotten
}

// kept says that there is one of an offset. The next is due half to one and a half times every entries behind it: channels that are
// written to alike would else all have theirs at once, and commits would wait for the sum of them.
func (k *keeping) kept(at uint64, every int) {
	k.at = at
	k.next = at + uint64(every/2+mathrand.N(every))
}

// checkpoint is what there was at an offset.
type checkpoint struct {
	c       *channel
	log     stream.Head // at its Offset
	listed  uint64      // keeping.listed
	writers *stream.Writers
	room    []byte
}

// keptAt says what became of a checkpoint that was under way.
func (c *channel) keptAt(ctx context.Context, k checkpoint, err error) {
	listed := k.listed
	if err == nil {
		listed = c.hub.findForgotten(ctx, k)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep.under = false
	if err == nil && k.log.ID == c.log.ID && k.log.Offset > c.keep.at {
		c.keep.kept(k.log.Offset, c.hub.cfg.Checkpoint)
		c.keep.listed = listed
	}
}

// keeper is the checkpoints that are to be written, by one goroutine.
type keeper struct {
	wake chan struct{} // holds one

	mu  sync.Mutex
	all []checkpoint
}

// keepIfDue makes a checkpoint of the room as it is. mu is held, and the room is where the log is.
func (c *channel) keepIfDue() {
	if c.keep.under || c.room == nil || c.log.Offset < c.keep.next {
		return
	}
	if !c.hub.keeper.hasPlace() {
		c.hub.metrics.putOff.Inc()
		return
	}
	if k, ok := c.checkpoint(); ok {
		c.keep.under = true
		c.hub.keeper.add(k)
	}
}

// checkpoint: the room's and the writers' state are copies. mu is held.
func (c *channel) checkpoint() (checkpoint, bool) {
	k := checkpoint{c: c, log: c.log, listed: c.keep.listed}
	err := c.ask(func() {
		k.room = c.room.Checkpoint()
	})
	if err != nil {
		return k, false
	}
	writers, err := stream.DecodeWriters(c.writers.Append(nil))
	if err != nil {
		c.hub.log.Error("live: a checkpoint cannot be made", "channel", c.name, "error", err.Error())
		return k, false
	}
	k.writers = writers
	return k, true
}

func (k *keeper) hasPlace() bool { return k.waiting() < keepsMost }

func (k *keeper) isBehind() bool { return k.waiting() >= keepsMost/2 }

func (k *keeper) waiting() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.all)
}

func (k *keeper) add(p checkpoint) {
	k.mu.Lock()
	k.all = append(k.all, p)
	k.mu.Unlock()
	signal(k.wake)
}

func (k *keeper) take() []checkpoint {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := k.all
	k.all = nil
	return all
}

// runKeeper writes checkpoints, and trims and sweeps now and then, until ctx ends. What is not written then is made again from the log.
func (h *Hub) runKeeper(ctx context.Context) {
	sweeps := time.NewTicker(sweepEvery - mathrand.N(sweepEvery/4)) // nodes that began together do not sweep together
	defer sweeps.Stop()
	trims := time.NewTicker(trimEvery)
	defer trims.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweeps.C:
			h.sweep(ctx)
		case <-trims.C:
			h.trim(ctx, true)
		case <-h.keeper.wake:
			h.writeAll(ctx, h.keeper.take())
		}
	}
}

func (h *Hub) writeAll(ctx context.Context, all []checkpoint) {
	slices.SortFunc(all, func(a, b checkpoint) int { return cmp.Compare(a.log.ID, b.log.ID) }) // as commits lock them
	for together := range slices.Chunk(all, keepsAtOnce) {
		held, err := h.writeCheckpoints(ctx, together)
		if err != nil && len(together) > 1 {
			for i := range together { // one that is forgotten must not fail the others
				_, _ = h.writeCheckpoints(ctx, together[i:i+1])
			}
		}
		h.letCommit(ctx, keeperRests*held)
		h.trim(ctx, false)
	}
}

// letCommit rests after a transaction that held up the commits of others. Only on SQLite they wait for it.
func (h *Hub) letCommit(ctx context.Context, pause time.Duration) {
	if pause == 0 || h.db.Dialect() != db.SQLite || h.keeper.isBehind() {
		return
	}
	t := time.NewTimer(min(pause, restMost))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// writeCheckpoints writes some in one transaction, and says how long it held up others. Their channels may make others then.
func (h *Hub) writeCheckpoints(ctx context.Context, all []checkpoint) (held time.Duration, err error) {
	held, err = h.writeKept(ctx, all)
	if err != nil && len(all) > 1 {
		return held, err // they are tried again
	}
	for _, k := range all {
		k.c.keptAt(ctx, k, err)
	}
	return held, err
}

func (h *Hub) writeKept(ctx context.Context, all []checkpoint) (held time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	var begun time.Time
	err = h.db.Write(ctx, func(tx *db.Tx) error {
		begun = time.Now()
		for _, k := range all {
			if err := stream.Keep(ctx, tx, k.log, k.log.Offset, k.writers, k.room, uint64(h.cfg.Keep)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil && len(all) == 1 {
		h.log.Warn("live: a checkpoint cannot be written", "channel", all[0].c.name, "error", err.Error())
	}
	if err != nil {
		return 0, err
	}
	h.metrics.checkpoints.Add(float64(len(all)))
	return time.Since(begun), nil
}
