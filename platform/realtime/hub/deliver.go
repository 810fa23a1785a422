package hub

import "github.com/hotlane/hotlane/platform/realtime"

const (
	chunkBytes = 64 << 10 // of one Message, unless one entry alone is longer
	chunkMost  = 512      // entries of one
)

// deliver brings the next entries of the log to the members: they are committed, and the room has them. mu is held.
func (c *channel) deliver(entries []realtime.Entry) {
	if len(entries) == 0 {
		return
	}
	last := &entries[len(entries)-1]
	c.log.Offset, c.at = last.Offset, max(c.at, last.At)
	c.snapshot, c.snapshotAt = nil, 0
	c.remember(entries)
	c.hub.metrics.entries.Add(float64(len(entries)))
	if len(c.seats) == 0 {
		return
	}
	for len(entries) > 0 {
		n := chunk(entries)
		c.message = Message{channel: c.name, entries: entries[:n]}
		c.send()
		entries = entries[n:]
	}
}

// chunk is how many entries go into one message.
func chunk(entries []realtime.Entry) int {
	n, bytes := 0, 0
	for n < len(entries) && n < chunkMost {
		bytes += size(&entries[n])
		if n > 0 && bytes > chunkBytes {
			break
		}
		n++
	}
	return n
}

// send hands the message to all members. mu is held.
func (c *channel) send() {
	for i := range c.seats {
		c.seats[i].member.Deliver(c.seats[i].s, &c.message)
	}
	c.hub.metrics.delivered.Add(float64(len(c.seats)))
	c.message = Message{}
}

// sendPushes hands what is beside the log to all members, or to those who watch who comes and goes. mu is held.
func (c *channel) sendPushes(pushes []push, watchers bool) {
	for len(pushes) > 0 && len(c.seats) > 0 {
		n, bytes := 0, 0
		for n < len(pushes) && (n == 0 || bytes < chunkBytes) {
			bytes += len(pushes[n].data) + len(pushes[n].info.ChanInfo) + 128
			n++
		}
		c.message = Message{channel: c.name, pushes: pushes[:n]}
		if watchers {
			c.sendWatchers()
		} else {
			c.send()
		}
		pushes = pushes[n:]
	}
}

func (c *channel) sendWatchers() {
	for i := range c.seats {
		if c.seats[i].s.watches {
			c.seats[i].member.Deliver(c.seats[i].s, &c.message)
		}
	}
	c.hub.metrics.delivered.Add(float64(c.watchers))
	c.message = Message{}
}
