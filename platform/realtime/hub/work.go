package hub

import (
	"context"
	"slices"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// work is one channel's part of a commit. While it is under way the room is its own.
type work struct {
	c       *channel
	ops     []op
	answers []error // to ops
	entries []realtime.Entry
	room    realtime.Room
	writers *stream.Writers
	pack    stream.Pack
	now     time.Time
	at      int   // which operation the room is asked about
	last    int   // which the last entry is of
	folded  int   // entries that the room has folded in
	err     error // why nothing of it is written
	broken  bool  // the room panicked
	lost    bool  // another node was first
}

// lend takes a channel's operations and its room, if it is to be had; if not, it comes again by itself.
func (w *work) lend(c *channel) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listed = false
	if c.busy || c.closed || c.room == nil || len(c.queue) == 0 {
		return false
	}
	n, bytes := 0, 0
	for n < len(c.queue) && n < turnMost && (n == 0 || bytes < turnBytes) {
		bytes += len(c.queue[n].data)
		n++
	}
	c.busy = true
	*w = work{
		c: c, room: c.room, writers: c.writers,
		ops: append(w.ops[:0], c.queue[:n]...), answers: w.answers[:0], entries: w.entries[:0],
		pack: stream.Pack{Channel: c.log.ID, Epoch: c.log.Epoch, First: c.log.Offset + 1},
		now:  time.UnixMilli(max(c.hub.now().UnixMilli(), c.at)),
	}
	c.taken(n)
	return true
}

// reset lets go of what it held, and of places that are rarely used.
func (w *work) reset() {
	if cap(w.ops) > 64 {
		*w = work{}
		return
	}
	clear(w.ops[:cap(w.ops)])
	clear(w.answers)
	clear(w.entries)
	*w = work{ops: w.ops[:0], answers: w.answers[:0], entries: w.entries[:0]}
}

// decide asks the room about each operation, and folds in what it says: the room runs ahead of the log by this commit, but for the last
// entry, which is folded in when it is known to be in (foldLast). So where there is only one, another node's being faster does not cost
// the room its life.
func (w *work) decide() {
	_ = w.try(func() {
		for i := range w.ops {
			w.foldLast()
			w.at = i
			w.answers = append(w.answers, w.one(&w.ops[i]))
		}
	})
}

// try notes a panic of the room. w.at says which operation is to blame.
func (w *work) try(fn func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = w.c.hub.panicked(w.c.name, p)
			w.broken, w.err = true, err
		}
	}()
	fn()
	return nil
}

func (w *work) one(o *op) error {
	switch w.writers.See(o.by.User, o.id) {
	case stream.Done:
		w.c.hub.metrics.doubled.Inc()
		return nil
	case stream.TooOld:
		return stream.ErrOpTooOld
	}
	data, err := w.room.Decide(o.by, o.data, w.now)
	if err != nil {
		w.c.hub.metrics.refused.Inc()
		return err
	}
	w.entries = append(w.entries, realtime.Entry{
		Offset: w.pack.First + uint64(len(w.entries)), Op: o.id, Client: o.by.Client, User: o.by.User, At: w.now.UnixMilli(), Data: data,
	})
	w.last = w.at
	return nil
}

// foldLast folds the last entry in, once.
func (w *work) foldLast() {
	if w.folded == len(w.entries) {
		return
	}
	e := &w.entries[w.folded]
	w.folded++
	w.at = w.last
	w.room.Apply(*e)
	w.writers.Apply(e)
}

// inTx is what is done with the entries when they are in the log, but for the commit.
func (w *work) inTx(ctx context.Context, tx *db.Tx) error {
	if err := w.try(w.foldLast); err != nil {
		return err
	}
	if room, ok := w.room.(realtime.Committer); ok {
		return room.Commit(ctx, tx, w.entries)
	}
	return nil
}

// finish delivers what is committed and answers. What is not is decided again, or told to who sent it; the room is made anew.
func (w *work) finish() {
	c := w.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case w.broken:
		c.answer(&w.ops[w.at], w.err)
		c.putBack(slices.Delete(w.ops, w.at, w.at+1))
		c.reload(0)
	case w.err != nil:
		c.hub.metrics.failed.Add(float64(len(w.ops)))
		c.hub.cannotCommit.Warn(c.hub.log, c.hub.now(), "live: a commit failed", "channel", c.name, "operations", len(w.ops), "error", w.err.Error())
		c.refuse(w.ops, w.err)
		c.reload(0)
	case w.lost:
		c.hub.metrics.conflicts.Inc()
		if pause := w.again(); w.folded > 0 {
			c.reload(pause)
		} else {
			c.fillAfter(pause)
		}
	default:
		c.deliver(w.entries)
		for i := range w.ops {
			c.answer(&w.ops[i], w.answers[i])
		}
		c.tellEntries(w.entries)
		c.keepIfDue()
		c.release()
	}
}

// again puts back what another node was faster than, and says how long to stay away.
func (w *work) again() time.Duration {
	c, kept, tries := w.c, w.ops[:0], 1
	for i := range w.ops {
		o := w.ops[i]
		if o.tries++; o.tries >= lossesMost {
			c.answer(&o, ErrBusy)
			continue
		}
		tries = max(tries, o.tries)
		kept = append(kept, o)
	}
	c.putBack(kept)
	return backoff(tries)
}
