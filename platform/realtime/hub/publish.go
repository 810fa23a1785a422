package hub

import (
	"bytes"
	"context"

	"github.com/hotlane/hotlane/platform/realtime"
)

// op is an operation that waits.
type op struct {
	id    realtime.Op
	by    realtime.Writer
	data  []byte
	done  func(error)
	at    *realtime.Position // where the log is then is put here, before done; nil: nobody wants it
	tries int                // that were lost against other nodes
}

// Publish sends an operation (a JSON object with the member "op"), or a message beside the log (without it). done is called once, maybe
// before Publish returns, maybe under the channel's lock: it must neither block nor call the hub. data is copied. ctx is only for what
// can be refused at once.
func (s *Membership) Publish(ctx context.Context, data []byte, done func(error)) {
	if err := s.publish(ctx, data, done); err != nil {
		done(err)
	}
}

// publish: an error says that done will not be called.
func (s *Membership) publish(ctx context.Context, data []byte, done func(error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name, durable, err := opOf(data)
	if err != nil {
		return err
	}
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case s.at < 0:
		return ErrEnded
	case !s.grant.Publish:
		return ErrMayNotPublish
	case durable:
		return c.push(op{id: name, by: s.writer(), data: bytes.Clone(data), done: done})
	}
	return c.beside.add(c, s.writer(), data, done)
}

// push queues an operation. An error says that it is not. mu is held.
func (c *channel) push(o op) error {
	h := c.hub
	if h.draining.Load() {
		return ErrDraining
	}
	n := len(o.data)
	if len(c.queue) >= h.cfg.Queue || c.queueBytes+n > max(h.cfg.QueueBytes/4, n) ||
		h.waiting.Load() >= int64(h.cfg.QueueAll) || h.waitingBytes.Load() >= int64(h.cfg.QueueBytes) {
		h.metrics.busy.Inc()
		return ErrBusy
	}
	c.queue = append(c.queue, o)
	c.queueBytes += n
	h.waiting.Add(1)
	h.waitingBytes.Add(int64(n))
	if c.busy {
		return nil // release sees to it
	}
	if c.room == nil {
		c.reload(0)
		return nil
	}
	c.line()
	return nil
}

// line has the committer come. mu is held, and the room is there.
func (c *channel) line() {
	if len(c.queue) > 0 && !c.listed {
		c.listed = true
		c.committer.add(c)
	}
}

// take removes the first operations of the queue. They still count as waiting. mu is held.
func (c *channel) take(n int) []op {
	ops := append([]op(nil), c.queue[:n]...)
	c.taken(n)
	return ops
}

func (c *channel) taken(n int) {
	for i := range n {
		c.queueBytes -= len(c.queue[i].data)
	}
	rest := copy(c.queue, c.queue[n:])
	clear(c.queue[rest:])
	c.queue = c.queue[:rest]
	if rest == 0 && cap(c.queue) > 256 {
		c.queue = nil
	}
}

// putBack queues operations again, before all others. mu is held.
func (c *channel) putBack(ops []op) {
	c.queue = append(append(make([]op, 0, len(ops)+len(c.queue)), ops...), c.queue...)
	for i := range ops {
		c.queueBytes += len(ops[i].data)
	}
}

// refuse answers operations that were taken. mu is held.
func (c *channel) refuse(ops []op, err error) {
	for i := range ops {
		c.answer(&ops[i], err)
	}
	c.hub.answered()
}

// answer calls done. mu is held.
func (c *channel) answer(o *op, err error) {
	h := c.hub
	h.waiting.Add(-1)
	h.waitingBytes.Add(-int64(len(o.data)))
	if o.at != nil {
		*o.at = c.log.Position
	}
	o.done(err)
}

// answered tells Drain when nothing waits any more.
func (h *Hub) answered() {
	if h.waiting.Load() == 0 && h.draining.Load() {
		signal(h.quiet)
	}
}
