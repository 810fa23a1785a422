package hub

import (
	"context"
	"slices"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

const fillMost = 1000 // entries of one read

// fill reads what is missing from SQL. mu is held, and the room is there.
func (c *channel) fill() {
	c.busy = true
	id, after := c.log.ID, c.log.Offset
	if !c.hub.tasks.start(func() { c.fillFrom(id, after, false) }) {
		c.busy = false
	}
}

// fillAfter reads, after a pause, what another node was faster with; who has the channel for busy calls it. mu is held.
func (c *channel) fillAfter(pause time.Duration) {
	id, after := c.log.ID, c.log.Offset
	begun := c.hub.tasks.start(func() {
		c.hub.pause(pause)
		c.fillFrom(id, after, true)
	})
	if !begun {
		c.reload(0)
	}
}

// fillFrom goes on to the end of the log: within a pack of another node nothing must be decided. some: there must be some, or the log is
// another one.
func (c *channel) fillFrom(id int64, after uint64, some bool) {
	start := after
	for {
		var entries []realtime.Entry
		err := c.hub.read(c.hub.base, func(ctx context.Context) (err error) {
			entries, err = stream.Read(ctx, c.hub.db, id, after, fillMost)
			return err
		})
		c.mu.Lock()
		switch {
		case err != nil && !forGood(err) && after == start:
			c.hub.cannotFill.Warn(c.hub.log, c.hub.now(), "live: a gap cannot be filled now", "channel", c.name, "error", err.Error())
			c.release() // the next check tries again
		case err != nil || some && after == start && len(entries) == 0 || after-start > tooFar || len(entries) > 0 && entries[0].Offset != after+1:
			c.reload(0)
		default:
			c.follow(entries)
			if len(entries) == fillMost && c.room != nil {
				after = c.log.Offset
				c.mu.Unlock()
				continue
			}
			c.release()
		}
		c.mu.Unlock()
		return
	}
}

// place is where a channel is here.
type place struct {
	c      *channel
	id     int64
	offset uint64
}

// compare looks for channels that are not where the log is, after what the bus lost, and for rooms that could not be made.
func (h *Hub) compare(ctx context.Context) error {
	var places []place
	others := h.others()
	h.each(func(c *channel) {
		c.mu.Lock()
		defer c.mu.Unlock()
		switch {
		case c.closed || c.busy:
		case c.room == nil && len(c.seats) > 0:
			c.reload(0)
		case c.room != nil && others:
			places = append(places, place{c, c.log.ID, c.log.Offset})
		}
	})
	for part := range slices.Chunk(places, 1000) {
		ids := make([]int64, len(part))
		for i, p := range part {
			ids[i] = p.id
		}
		heads, err := stream.Heads(ctx, h.db, ids)
		if err != nil {
			return err
		}
		for _, p := range part {
			there, ok := heads[p.id]
			p.c.compared(p, there, ok)
		}
	}
	return nil
}

// others says whether another process may write to the logs.
func (h *Hub) others() bool { return h.bus != nil || h.db.Dialect() == db.Postgres }

// compared: there is where the log was when it was asked, some time after p.
func (c *channel) compared(p place, there uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.busy || c.room == nil || c.log.ID != p.id:
	case !ok || there < p.offset: // forgotten, or it lost what we have
		c.reload(0)
	case there > c.log.Offset:
		c.hub.metrics.gaps.Inc()
		c.fill()
	}
}
