package hub

import (
	"github.com/hotlane/hotlane/platform/realtime"
)

const (
	inboxMost = 256     // messages of the bus that wait for a room
	busMost   = 1 << 20 // bytes of one
)

// news is what another node said of the log.
type news struct {
	id      int64
	epoch   string
	entries []realtime.Entry
	newer   uint64 // the log goes at least to here
}

func topic(lane, channel string) string { return "live/" + lane + "/" + channel }

// listen subscribes to the bus, before the log is read, so that nothing falls in between. mu is not held.
func (c *channel) listen() {
	if c.hub.bus == nil {
		return
	}
	c.mu.Lock()
	there := c.heard != nil
	c.mu.Unlock()
	if there {
		return
	}
	cancel := c.hub.bus.Subscribe(topic(c.hub.name, c.name), c.fromBus)
	c.mu.Lock()
	c.heard = cancel
	c.mu.Unlock()
}

func (c *channel) tell(body writer) {
	if err := c.hub.bus.Publish(topic(c.hub.name, c.name), body); err != nil {
		c.hub.metrics.untold.Inc() // they find out by their checks
	}
}

func (c *channel) says(kind byte) writer {
	w := make(writer, 0, 128)
	w = append(w, kind)
	w.text(c.hub.node)
	return w
}

// tellEntries tells the other nodes what was committed. mu is held: the bus does not block, and the order is the log's.
func (c *channel) tellEntries(entries []realtime.Entry) {
	if c.hub.bus == nil || len(entries) == 0 {
		return
	}
	n := 128
	for i := range entries {
		n += size(&entries[i])
	}
	if n > busMost {
		w := c.says(tellsNewer)
		w.number(uint64(c.log.ID))
		w.number(entries[len(entries)-1].Offset)
		c.tell(w)
		return
	}
	w := make(writer, 0, n)
	w = append(w, tellsEntries)
	w.text(c.hub.node)
	w.number(uint64(c.log.ID))
	w.text(c.log.Epoch)
	appendEntries(&w, entries)
	c.tell(w)
}

// fromBus is called by the bus, one message at a time.
func (c *channel) fromBus(body []byte) {
	if body == nil { // from here on nothing is missed; what came before may be
		c.mu.Lock()
		defer c.mu.Unlock()
		c.hearOrWait(news{newer: 1<<64 - 1})
		c.askWho()
		return
	}
	if len(body) == 0 { // not ours
		return
	}
	r := newReader(body[1:])
	if r.string() == c.hub.node && !r.bad {
		return
	}
	c.understand(body[0], r)
	if r.bad {
		c.hub.log.Warn("live: a message of the bus cannot be read", "channel", c.name, "error", errWire.Error())
	}
}

func (c *channel) understand(kind byte, r *reader) {
	switch kind {
	case tellsEntries:
		n := news{id: int64(r.number()), epoch: r.string()}
		if n.entries = r.entries(); r.bad || len(n.entries) == 0 {
			return
		}
		c.mu.Lock()
		c.hearOrWait(n)
		c.mu.Unlock()
	case tellsNewer, tellsForgotten:
		n := news{id: int64(r.number()), newer: 1<<64 - 1}
		if kind == tellsNewer {
			n.newer = r.number()
		}
		c.mu.Lock()
		if kind == tellsForgotten && !c.busy && !c.closed && n.id == c.log.ID {
			c.reload(0)
		} else {
			c.hearOrWait(n)
		}
		c.mu.Unlock()
	case tellsBeside:
		c.hearBeside(r)
	case tellsDiff, tellsAll, tellsAsk:
		c.hearWho(kind, r)
	}
}

// hearOrWait: what comes while the room is lent waits; what has no place is read from SQL. mu is held.
func (c *channel) hearOrWait(n news) {
	switch {
	case c.closed:
	case !c.busy && c.room != nil:
		c.hear(n)
		c.settle()
	case c.busy && len(c.inbox) < inboxMost:
		c.inbox = append(c.inbox, n)
	case c.busy:
		c.behind = true
	}
}

// hear takes in what another node committed. mu is held, and the room is there.
func (c *channel) hear(n news) {
	switch {
	case n.id != 0 && n.id < c.log.ID: // of a log that is forgotten
	case n.id > c.log.ID || n.id != 0 && n.epoch != "" && n.epoch != c.log.Epoch:
		c.reload(0)
	case n.entries == nil && n.newer > c.log.Offset:
		c.fill()
	case n.entries == nil:
	case n.entries[0].Offset > c.log.Offset+1:
		c.hub.metrics.gaps.Inc()
		c.fill()
	default:
		c.follow(behind(n.entries, c.log.Offset))
	}
}

// follow takes entries of the log that come next into the room, and to the members. mu is held; or busy, and mu.
func (c *channel) follow(entries []realtime.Entry) {
	err := c.ask(func() {
		for i := range entries {
			c.room.Apply(entries[i])
			c.writers.Apply(&entries[i])
		}
	})
	if err == nil {
		c.deliver(entries)
	}
}
