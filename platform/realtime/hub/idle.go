package hub

import (
	"sync"
	"time"
)

// resting is since when a channel is idle.
type resting struct {
	since  time.Time
	listed bool // in idle
}

// idle is the channels that nobody needs, about in the order in which they came to rest. One that is needed again stays in the list until
// it is looked at.
type idle struct {
	mu  sync.Mutex
	all []*channel
}

func (i *idle) add(c *channel) {
	i.mu.Lock()
	i.all = append(i.all, c)
	i.mu.Unlock()
}

func (i *idle) first() *channel {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.all) == 0 {
		return nil
	}
	c := i.all[0]
	i.all[0] = nil
	i.all = i.all[1:]
	return c
}

func (i *idle) len() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.all)
}

// restIfIdle begins to count the time. mu is held.
func (c *channel) restIfIdle() {
	if c.closed || !c.unused() {
		return
	}
	c.rest.since = c.hub.now()
	if !c.rest.listed {
		c.rest.listed = true
		c.hub.idle.add(c)
	}
}

// closeIdle closes the channels that have been idle for long enough, with a checkpoint where it is worth it.
func (h *Hub) closeIdle() {
	long := h.now().Add(-h.cfg.Idle)
	for range h.idle.len() {
		c := h.idle.first()
		if c == nil {
			return
		}
		c.mu.Lock()
		c.rest.listed = false
		switch {
		case c.closed || !c.unused():
		case c.rest.since.After(long):
			c.rest.listed = true
			h.idle.add(c)
		case c.room != nil && c.log.Offset-c.keep.at >= worthAtRest && !c.keep.under:
			c.closeKept()
		default:
			c.close()
		}
		c.mu.Unlock()
	}
}

// closeKept writes a checkpoint first. mu is held.
func (c *channel) closeKept() {
	k, ok := c.checkpoint()
	if !ok {
		c.close()
		return
	}
	c.busy, c.keep.under = true, true
	begun := c.hub.tasks.start(func() {
		_, err := c.hub.writeKept(c.hub.base, []checkpoint{k})
		c.keptAt(c.hub.base, k, err)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.busy = false; c.unused() {
			c.close()
			return
		}
		c.settle()
	})
	if !begun {
		c.busy, c.keep.under = false, false
	}
}

// closeIdlest makes room for another channel, and says whether it could.
func (h *Hub) closeIdlest() bool {
	for c := h.idle.first(); c != nil; c = h.idle.first() {
		c.mu.Lock()
		c.rest.listed = false
		free := !c.closed && c.unused()
		if free {
			c.close()
		}
		c.mu.Unlock()
		if free {
			return true
		}
	}
	return false
}
