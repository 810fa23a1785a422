package hub

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const (
	readTimeout = 20 * time.Second // of one opening, gap or recovery
	tooFar      = 5000             // entries that members may be behind; beyond it they begin anew
)

// loaded is what SQL says of a channel, in one snapshot.
type loaded struct {
	log     stream.Head
	room    realtime.Room
	writers *stream.Writers
	entries []realtime.Entry // the newest, up to the head
	gap     bool             // members are so far behind that what they miss is not all among the entries
}

// known is what was delivered before.
type known struct {
	id     int64
	epoch  string
	offset uint64
}

// reload makes the room from SQL, after a pause; who has the channel for busy may call it. mu is held.
func (c *channel) reload(pause time.Duration) {
	c.busy, c.again = true, false
	c.drop()
	k := known{c.log.ID, c.log.Epoch, c.log.Offset}
	if !c.hub.tasks.start(func() { c.load(k, pause) }) {
		c.failed(ErrDraining)
		c.busy = false
	}
}

func (c *channel) load(k known, pause time.Duration) {
	h := c.hub
	h.pause(pause)
	c.listen()
	l, err := c.look(k)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.failed(err)
	} else {
		c.install(l)
	}
	if !c.closed {
		c.release()
	}
}

// pause is half of most, and some more by chance. It ends with the hub.
func (h *Hub) pause(most time.Duration) {
	if most <= 0 {
		return
	}
	t := time.NewTimer(most/2 + mathrand.N(most/2+1))
	defer t.Stop()
	select {
	case <-t.C:
	case <-h.base.Done():
	}
}

// read runs fn when it is its turn: a storm of openings must not take all connections.
func (h *Hub) read(ctx context.Context, fn func(ctx context.Context) error) error {
	select {
	case h.sql <- struct{}{}:
	case <-h.base.Done():
		return ErrDraining
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.sql }()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	err := fn(ctx)
	if err != nil && h.base.Err() != nil {
		return ErrDraining.Because(err)
	}
	return err
}

// look reads the log, and begins it where there is none.
func (c *channel) look(k known) (l loaded, err error) {
	for {
		err = c.hub.read(c.hub.base, func(ctx context.Context) error {
			return c.hub.db.Read(ctx, func(tx *db.Tx) (err error) {
				l, err = c.lookIn(ctx, tx, k)
				return err
			})
		})
		if err != nil || l.log.ID != 0 {
			return l, err
		}
		if err := c.hub.creates.Do(c.hub.base, c.name); err != nil {
			return l, err
		}
	}
}

// create begins logs: in a storm of new channels many share a commit.
func (h *Hub) create(ctx context.Context, tx *db.Tx, names []string) error {
	for _, name := range names {
		if _, err := stream.Create(ctx, tx, name, rand.Text()[:12], h.now()); err != nil {
			return err
		}
	}
	return nil
}

func (c *channel) lookIn(ctx context.Context, tx *db.Tx, k known) (l loaded, err error) {
	log, check, entries, err := stream.Open(ctx, tx, c.name)
	if err != nil {
		return l, err
	}
	l = loaded{log: log, writers: check.Writers, entries: entries}
	if err := c.hub.guard(c.name, func() error { return c.fold(ctx, tx, check.Room, &l) }); err != nil || log.ID == 0 {
		return l, err
	}
	from := log.Offset - min(log.Offset, uint64(min(c.hub.cfg.WindowEntries, tooFar)))
	if k.id == log.ID && k.epoch == log.Epoch {
		from = k.offset // the rest is in the window
	}
	if from >= log.CheckpointAt {
		return l, nil
	}
	older, err := stream.Read(ctx, tx, log.ID, max(from, log.Floor), tooFar)
	if err != nil {
		return l, err
	}
	for len(older) > 0 && older[len(older)-1].Offset > log.CheckpointAt {
		older = older[:len(older)-1]
	}
	whole := uint64(len(older)) == log.CheckpointAt-from
	if l.gap = !whole && k.id != 0; l.gap || uint64(len(older)) < log.CheckpointAt-max(from, log.Floor) {
		return l, nil // too many: what is behind the checkpoint is enough
	}
	l.entries = append(older, entries...)
	return l, nil
}

// fold makes the room from its checkpoint and the entries behind it.
func (c *channel) fold(ctx context.Context, tx *db.Tx, checkpoint []byte, l *loaded) (err error) {
	if l.room, err = c.kind.Open(ctx, tx, c.name, checkpoint); err != nil {
		return err
	}
	for i := range l.entries {
		l.room.Apply(l.entries[i])
		l.writers.Apply(&l.entries[i])
	}
	return nil
}

// guard makes an error of a room's panic.
func (h *Hub) guard(channel string, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = h.panicked(channel, p)
		}
	}()
	return fn()
}

// backoff is how long to stay away after so many attempts: about 1 ms, then twice as long each time, up to 64 ms.
func backoff(attempt int) time.Duration {
	return time.Millisecond << min(attempt-1, 6)
}
