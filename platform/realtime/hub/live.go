package hub

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// Publish is for the lane itself and for the server's API. With the zero Op it has no name to be sent again under: it
// is new each time.
// When ctx ends first, the operation may yet be done. It must not be called within a Write of the lane's database, which it would wait for.
func (h *Hub) Publish(ctx context.Context, name string, by realtime.Writer, id realtime.Op, data []byte) (realtime.Position, error) {
	c, err := h.channel(name)
	if err != nil {
		return realtime.Position{}, err
	}
	type answer struct {
		at  realtime.Position
		err error
	}
	answered := make(chan answer, 1)
	at := new(realtime.Position)
	err = c.push(op{id: id, by: by, data: bytes.Clone(data), at: at, done: func(err error) { answered <- answer{*at, err} }})
	c.mu.Unlock()
	if err != nil {
		return realtime.Position{}, err
	}
	select {
	case a := <-answered:
		return a.at, a.err
	case <-ctx.Done():
		return realtime.Position{}, ctx.Err()
	}
}

// await runs fn with the room, under the channel's lock. When ctx ends first, fn is not run.
func (c *channel) await(ctx context.Context, fn func(*channel) error) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return ErrEnded
	}
	return c.awaitLocked(ctx, fn)
}

// awaitLocked: mu is held, and is given up.
func (c *channel) awaitLocked(ctx context.Context, fn func(*channel) error) error {
	var err error
	over := false
	done := make(chan struct{})
	c.enter(func(failed error) {
		if over {
			return
		}
		if err = failed; err == nil {
			err = fn(c)
		}
		over = true
		close(done)
	})
	c.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !over {
		over, err = true, ctx.Err()
	}
	return err
}

// with opens a channel and runs fn with the room.
func (h *Hub) with(ctx context.Context, name string, fn func(*channel) error) error {
	c, err := h.channel(name)
	if err != nil {
		return err
	}
	return c.awaitLocked(ctx, fn)
}

// Look shows the room as it is, under the channel's lock: look must neither block nor call the hub.
func (h *Hub) Look(ctx context.Context, name string, look func(realtime.Room, realtime.Position)) error {
	return h.with(ctx, name, func(c *channel) error {
		return c.ask(func() { look(c.room, c.log.Position) })
	})
}

// Forget removes a channel with its log for ever. Its members are told (2000). What the lane's Open looks at must be gone before: a
// channel that can be opened begins anew.
func (h *Hub) Forget(ctx context.Context, name string) error {
	if h.kind(name) == nil {
		return ErrUnknownChannel
	}
	var head stream.Head
	err := h.db.Write(ctx, func(tx *db.Tx) (err error) {
		if head, _, _, err = stream.Open(ctx, tx, name); err != nil || head.ID == 0 {
			return err
		}
		return stream.Forget(ctx, tx, head.ID)
	})
	if err != nil {
		return err
	}
	if h.bus != nil && head.ID != 0 {
		w := writer{tellsForgotten}
		w.text(h.node)
		w.number(uint64(head.ID))
		if err := h.bus.Publish(topic(h.name, name), w); err != nil {
			h.metrics.untold.Inc()
		}
	}
	if c := h.peek(name); c != nil {
		c.forgotten()
		c.mu.Unlock()
	}
	return nil
}

// forgotten ends all memberships; what waits for the room finds it gone, or anew. mu is held.
func (c *channel) forgotten() {
	u := protocol.UnsubscribeServer
	c.bye(u.Code, "the channel has ended")
	if c.again = true; !c.busy {
		c.settle()
	}
}

// Open is one open channel, for operators.
type Open struct {
	Channel string
	realtime.Position
	Members int // on this node
	Waiting int // operations
}

// Channels lists open channels with this prefix, by name, behind after, at most limit.
func (h *Hub) Channels(prefix, after string, limit int) []Open {
	var all []*channel
	h.each(func(c *channel) {
		if strings.HasPrefix(c.name, prefix) && c.name > after {
			all = append(all, c)
		}
	})
	slices.SortFunc(all, func(a, b *channel) int { return cmp.Compare(a.name, b.name) })
	all = all[:min(len(all), max(limit, 0))]
	list := make([]Open, len(all))
	for i, c := range all {
		c.mu.Lock()
		list[i] = Open{Channel: c.name, Position: c.log.Position, Members: len(c.seats), Waiting: len(c.queue)}
		c.mu.Unlock()
	}
	return list
}

// Presence is Membership.Presence for who is not in.
func (h *Hub) Presence(ctx context.Context, name, after string, limit int) (page []Present, err error) {
	err = h.with(ctx, name, func(c *channel) error {
		page = c.page(after, limit)
		return nil
	})
	return page, err
}

// Stats is Membership.Stats for who is not in.
func (h *Hub) Stats(ctx context.Context, name string) (s Stats, err error) {
	err = h.with(ctx, name, func(c *channel) error {
		s = c.stats()
		return nil
	})
	return s, err
}
