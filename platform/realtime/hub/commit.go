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
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	batchMost     = 4096 // operations of one commit
	turnMost      = 256  // of one channel in one commit, so that the others get their turn
	turnBytes     = 256 << 10
	lossesMost    = 40 // an operation that lost so often against other nodes is refused: after about 2 s, so that it rarely is, and others pass it
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
		w.reset()
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
			if !w.broken {
				w.err = k.write(todo[i : i+1])
			}
		}
		return
	}
	for _, w := range todo {
		w.err = err
	}
}

func (k *committer) write(todo []*work) error {
	h := k.hub
	ctx, cancel := context.WithTimeout(h.commits, commitTimeout)
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
				if w.lost = !taken[i]; w.lost {
					continue
				}
				if err := w.inTx(ctx, tx); err != nil {
					return err
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
