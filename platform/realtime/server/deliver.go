package server

import (
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// Deliver queues what happened in a channel. It is called under the channel's lock.
func (c *session) Deliver(m *hub.Membership, p *hub.Message) {
	b, logged := p.Bytes(c.codec), p.Offset() > 0
	if c.marks.Load() != 0 {
		c.mu.Lock()
		done := c.deliverMarked(m, b, logged)
		c.mu.Unlock()
		if done {
			return
		}
	}
	if c.room() && c.conn.SendShared(b) {
		c.s.m.sent.Add(int64(len(b)))
		return
	}
	c.missed(m, logged)
}

// room says whether more may be queued. While too much waits for all together, who is behind gets nothing more.
func (c *session) room() bool { return !c.s.pressed.Load() || c.conn.Queued() < pressedQueue }

// deliverMarked is Deliver where there is something to mind; false: there is not any more. The caller has the lock.
func (c *session) deliverMarked(m *hub.Membership, b []byte, logged bool) bool {
	switch marks := c.marks.Load(); {
	case marks&markClosed != 0:
		return true
	case marks&markHolding != 0 && len(*c.held) < maxHeld:
		*c.held = append(*c.held, held{m, b, logged})
		return true
	case marks&markHolding != 0:
		if logged {
			c.lose(m)
		}
		return true
	case marks&markLost != 0:
		i := c.at(m)
		return i >= 0 && c.subs[i].lost
	}
	return false
}

// missed notes that a message was not taken.
func (c *session) missed(m *hub.Membership, logged bool) {
	if !logged {
		c.s.m.dropped.Inc()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lose(m)
}

// lose notes that a subscription lost a message: it gets nothing more, and is told so as soon as there is room (see tick). The caller
// has the lock.
func (c *session) lose(m *hub.Membership) {
	i := c.at(m)
	if i < 0 || c.subs[i].lost || c.state == closed {
		return
	}
	c.s.m.resyncs.Inc()
	c.subs[i].lost, c.subs[i].untold = true, true
	c.marks.Or(markLost)
	if c.slowAt == 0 {
		c.slowAt = c.s.now()
	}
	c.due.Store(0) // at the next sweep
}

// at is find by the membership.
func (c *session) at(m *hub.Membership) int {
	for i := range c.subs {
		if c.subs[i].m == m {
			return i
		}
	}
	return -1
}

// Ended tells the client that a subscription is over. It is called under the channel's lock.
func (c *session) Ended(m *hub.Membership, code uint32, reason string) {
	c.mu.Lock()
	i := c.at(m)
	if i >= 0 {
		c.takeAt(i)
		if c.marks.Load()&markHolding != 0 { // the connect reply is about to name it
			c.end(protocol.DisconnectForceReconnect)
		}
	}
	c.mu.Unlock()
	if i >= 0 {
		c.pushUnsubscribe(m.Channel(), protocol.Unsubscribe{Code: code, Reason: reason})
	}
}

// pushUnsubscribe tells that a subscription is over; false: there is no room for it, and the connection ends.
func (c *session) pushUnsubscribe(channel string, why protocol.Unsubscribe) {
	if !c.tryUnsubscribe(channel, why) {
		c.disconnect(protocol.DisconnectSlow)
	}
}

func (c *session) tryUnsubscribe(channel string, why protocol.Unsubscribe) bool {
	b := c.s.writers.get()
	defer c.s.writers.put(b)
	*b = protocol.AppendPushUnsubscribe((*b)[:0], c.codec, channel, why)
	c.s.m.sent.Add(int64(len(*b)))
	return c.conn.Send(*b)
}

// hold has deliveries wait until release: those of subscriptions that the connect reply is to tell of.
func (c *session) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = new([]held)
	c.marks.Or(markHolding)
}

// release queues the connect reply and then what was held. The caller has the lock.
func (c *session) release(reply []byte) bool {
	taken := c.conn.Answer(reply)
	var waiting []held
	if c.held != nil {
		waiting, c.held = *c.held, nil
	}
	c.marks.And(^markHolding)
	for _, h := range waiting {
		i := c.at(h.m)
		if i < 0 || c.subs[i].lost {
			continue
		}
		if !c.conn.SendShared(h.b) && h.p {
			c.lose(h.m)
		}
	}
	return taken
}
