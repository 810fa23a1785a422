package server

import (
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// sweepEvery is how exact pings, timeouts and expiries are.
const sweepEvery = time.Second

// pressedQueue is how many bytes may wait for one client while too much waits for all.
const pressedQueue = 16 << 10

// sweep does what is due: one walk over all sessions instead of a timer for each.
func (s *Server) sweep(now int64) {
	s.rate(now)
	s.press()
	s.each(func(c *session) {
		if c.due.Load() <= now {
			c.tick(now)
		}
	})
}

// press finds out whether more waits for all clients together than may.
func (s *Server) press() {
	queued, most := s.sockets.Stats().Queued, int64(s.cfg.QueueAll)
	before := s.pressed.Load()
	pressed := queued > most || before && queued > most*3/4
	s.pressed.Store(pressed)
	s.m.queued.Set(float64(queued))
	if pressed == before {
		return
	}
	if pressed {
		s.d.Log.Warn("live: more waits for all clients together than may: those that are behind lose messages and begin anew",
			slog.Int64("queued_bytes", queued), slog.Int("queue_all", s.cfg.QueueAll))
		return
	}
	s.d.Log.Info("live: less waits for all clients together again", slog.Int64("queued_bytes", queued))
}

// redue says when tick has something to do next. When the clock is set, expiries are seen at the next ping. The caller has the lock.
func (c *session) redue() {
	at := c.pingAt
	end := c.expires
	for i := range c.subs {
		if e := c.subs[i].expires; e != 0 && (end == 0 || e < end) {
			end = e
		}
	}
	if end != 0 {
		at = min(at, end+c.s.cfg.ExpireGrace.Milliseconds()+c.s.now()-c.s.wall())
	}
	if c.slowAt != 0 {
		at = math.MinInt64
	}
	c.due.Store(at)
}

// tick does what time brings.
func (c *session) tick(now int64) {
	c.mu.Lock()
	over := c.tickLocked(now)
	c.mu.Unlock()
	for _, sub := range over {
		sub.m.Leave()
		c.pushUnsubscribe(sub.m.Channel(), protocol.UnsubscribeExpired)
	}
}

// tickLocked gives the subscriptions that it took away since they have expired.
func (c *session) tickLocked(now int64) (over []subscription) {
	expired := c.s.wall() - c.s.cfg.ExpireGrace.Milliseconds()
	switch {
	case c.state == closed || c.state == leaving:
		c.due.Store(math.MaxInt64)
		return nil
	case c.state == opened:
		if now >= c.pingAt {
			c.end(protocol.DisconnectStale)
		}
		return nil
	case c.expires != 0 && c.expires <= expired:
		c.end(protocol.DisconnectExpired)
		return nil
	}
	c.ping(now)
	c.tellLost(now)
	for i := len(c.subs) - 1; i >= 0; i-- {
		if e := c.subs[i].expires; e != 0 && e <= expired {
			if c.subs[i].server {
				c.end(protocol.DisconnectSubExpired)
				return over
			}
			over = append(over, c.takeAt(i))
		}
	}
	c.redue()
	return over
}

// ping asks whether the client is there, or ends the connection of one that did not answer.
func (c *session) ping(now int64) {
	if now < c.pingAt {
		return
	}
	if c.waiting && c.busy.Load() { // its pong may be there, behind the command that it waits for
		c.pingAt = now + c.s.cfg.Pong.Milliseconds()
		return
	}
	if c.waiting {
		c.end(protocol.DisconnectNoPong)
		return
	}
	c.conn.SendShared(c.s.pings[c.codec]) // who has no room for it does not answer it either
	c.conn.Flush()
	c.waiting = true
	c.pingAt = now + c.s.cfg.Pong.Milliseconds()
}

func (c *session) pong() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == opened {
		return protocol.DisconnectBadRequest
	}
	if c.waiting {
		c.waiting = false
		c.pingAt += (c.s.cfg.Ping - c.s.cfg.Pong).Milliseconds()
		c.redue()
	}
	return nil
}

// tellLost tells of the subscriptions that have lost a message, once there is room to. SDKs begin them anew, from where they are.
func (c *session) tellLost(now int64) {
	if c.slowAt == 0 || c.state != connected {
		return
	}
	for i := range c.subs {
		sub := &c.subs[i]
		if !sub.untold {
			continue
		}
		if sub.server {
			c.end(protocol.DisconnectInsufficientState)
			return
		}
		if !c.tryUnsubscribe(sub.m.Channel(), protocol.UnsubscribeInsufficientState) {
			if now >= c.slowAt+c.s.cfg.SlowGrace.Milliseconds() {
				c.end(protocol.DisconnectSlow)
			}
			return
		}
		sub.untold = false
	}
	c.slowAt = 0
	if !slices.ContainsFunc(c.subs, func(sub subscription) bool { return sub.lost }) {
		c.marks.And(^markLost)
	}
}
