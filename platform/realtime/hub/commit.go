package hub

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	batchMost     = 4096 // operations of one commit
	turnMost      = 256  // of one channel in one commit, so that the others get their turn
	turnBytes     = 256 << 10
	lossesMost    = 10 // an operation that lost so often against other nodes is refused
	commitTimeout = 30 * time.Second
)

// committer writes what the rooms decide. A channel is always the same committer's.
type committer struct {
	hub  *Hub
	wake chan struct{} // holds one
	work []*work       // used again

	mu    sync.Mutex
	ready []*channel // with operations, each once
}

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
	err     error // why nothing of it is written
	broken  bool  // the room panicked
	lost    bool  // another node was first
}

func newCommitter(h *Hub) *committer { return &committer{hub: h, wake: make(chan struct{}, 1)} }

func (k *committer) add(c *channel) {
	k.mu.Lock()
	k.ready = append(k.ready, c)
	first := len(k.ready) == 1
	k.mu.Unlock()
	if first {
		signal(k.wake)
	}
}

// run commits until stop is closed.
func (k *committer) run(stop <-chan struct{}) {
	for {
		select {
		case <-k.wake:
			for k.round() {
			}
		case <-stop:
			return
		}
	}
}

// round is one commit. It says whether there was anything to do.
func (k *committer) round() bool {
	batch := k.gather()
	if len(batch) == 0 {
		return false
	}
	for _, w := range batch {
		w.decide()
	}
	k.commit(batch)
	for _, w := range batch {
		w.finish()
	}
	k.hub.answered()
	return true
}

// gather takes the channels that wait and lends their rooms. Those beyond what one commit may have keep their place.
func (k *committer) gather() []*work {
	k.mu.Lock()
	ready := k.ready
	k.ready = nil
	k.mu.Unlock()
	total, n := 0, 0
	for i, c := range ready {
		if total >= batchMost {
			k.mu.Lock()
			k.ready = append(slices.Clip(ready[i:]), k.ready...)
			k.mu.Unlock()
			break
		}
		if n == len(k.work) {
			k.work = append(k.work, &work{})
		}
		if k.work[n].lend(c) {
			total += len(k.work[n].ops)
			n++
		}
	}
	return k.work[:n]
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
	clear(w.ops)
	clear(w.entries)
	*w = work{
		c: c, room: c.room, writers: c.writers,
		ops: append(w.ops[:0], c.queue[:n]...), answers: w.answers[:0], entries: w.entries[:0],
		pack: stream.Pack{Channel: c.log.ID, Epoch: c.log.Epoch, First: c.log.Offset + 1},
		now:  time.UnixMilli(max(c.hub.now().UnixMilli(), c.at)),
	}
	c.taken(n)
	return true
}

// decide asks the room about each operation, and folds in what it says: the room runs ahead of the log by this commit.
func (w *work) decide() {
	defer func() {
		if p := recover(); p != nil {
			w.broken, w.err = true, w.c.hub.panicked(w.c.name, p)
		}
	}()
	for w.at = range w.ops {
		w.answers = append(w.answers, w.one(&w.ops[w.at]))
	}
}

func (w *work) one(o *op) error {
	switch w.writers.See(o.id) {
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
	e := &w.entries[len(w.entries)-1]
	w.room.Apply(*e)
	w.writers.Apply(e)
	return nil
}

// commit writes all that was decided in one transaction. A channel whose own writes fail must not fail its neighbours: when it is not
// the database that cannot, each is tried by itself.
func (k *committer) commit(batch []*work) {
	var todo []*work
	for _, w := range batch {
		if len(w.entries) > 0 && w.err == nil {
			w.pack.Entries = w.entries
			todo = append(todo, w)
		}
	}
	if len(todo) == 0 {
		return
	}
	slices.SortFunc(todo, func(a, b *work) int { return cmp.Compare(a.pack.Channel, b.pack.Channel) })
	err := k.write(todo)
	if err != nil && len(todo) > 1 && fault.From(err).Kind != fault.Unavailable {
		for i, w := range todo {
			w.err = k.write(todo[i : i+1])
		}
		return
	}
	for _, w := range todo {
		w.err = err
	}
}

func (k *committer) write(todo []*work) error {
	h := k.hub
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.base), commitTimeout)
	defer cancel()
	packs := make([]stream.Pack, len(todo))
	for i, w := range todo {
		packs[i] = w.pack
	}
	start := time.Now()
	err := h.guard("", func() error {
		return h.write(ctx, func(tx *db.Tx) error {
			taken, err := stream.Append(ctx, tx, packs)
			if err != nil {
				return err
			}
			for i, w := range todo {
				w.lost = !taken[i]
				if room, ok := w.room.(realtime.Committer); ok && taken[i] {
					if err := room.Commit(ctx, tx, w.entries); err != nil {
						return err
					}
				}
			}
			return nil
		})
	})
	h.metrics.commits.Observe(time.Since(start).Seconds())
	if err != nil && ctx.Err() != nil && !errors.Is(err, db.Unavailable) {
		return db.Unavailable.Because(err)
	}
	return err
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
		c.hub.log.Warn("live: a commit failed", "channel", c.name, "operations", len(w.ops), "error", w.err.Error())
		c.refuse(w.ops, w.err)
		c.reload(0)
	case w.lost:
		c.hub.metrics.conflicts.Inc()
		c.reload(w.again())
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
