package socket

import "github.com/gobwas/ws"

const opClose = ws.OpClose

// frame makes a whole frame.
func frame(op ws.OpCode, p []byte) []byte {
	return append(appendHeader(make([]byte, 0, maxHeader+len(p)), op, false, len(p)), p...)
}

// Send queues a copy of p. It goes out at once, or with what else is queued when Options.Coalesce has passed since the last write.
// false: it was not taken, since the queue is full or the connection is ending; what the caller does then is its own matter.
func (c *Conn) Send(p []byte) bool { return c.send(c.own(p), false) }

// Answer is Send for what the client asked for: it is taken whole where there is any room, so that an answer may be larger than the
// queue. The queue is longer than it may be by one answer at most.
func (c *Conn) Answer(p []byte) bool { return c.send(c.own(p), true) }

// own is an item of the connection's own.
func (c *Conn) own(p []byte) item {
	if c.deflate && len(p) >= compressFrom {
		if z := c.shard.g.deflaters.deflate(p); z != nil {
			return item{z, compressed}
		}
	}
	return item{p: append(make([]byte, 0, len(p)), p...)}
}

// SendShared is Send without the copy: p must never change.
func (c *Conn) SendShared(p []byte) bool {
	if c.deflate && len(p) >= compressFrom {
		if z := c.shard.g.deflaters.shared(p); z != nil {
			return c.send(item{z, compressed}, false)
		}
	}
	return c.send(item{p: p}, false)
}

func (c *Conn) send(it item, whole bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flags&closing != 0 {
		return false
	}
	room := c.shard.g.o.Queue - int(c.queued)
	if room < len(it.p)+itemCost && (!whole || room <= 0) {
		c.shard.g.counts.full.Add(1)
		return false
	}
	c.push(it)
	return true
}

// push queues an item and lets it be written when its time comes. Under mu.
func (c *Conn) push(it item) {
	c.queue = append(c.queue, it)
	c.queued += int32(len(it.p) + itemCost)
	c.shard.g.counts.queued.Add(int64(len(it.p) + itemCost))
	busy := listed | hurried | cooling | writing
	if c.queued > maxFlush { // more would not go out at once anyway
		busy &^= cooling
	}
	if c.flags&busy == 0 {
		c.flags |= listed
		c.shard.list(c, false)
	}
}

// drop forgets what is queued. Under mu.
func (c *Conn) drop() {
	c.written(c.queue)
	c.queue = nil
}

// written counts items out of the queue. Under mu.
func (c *Conn) written(items []item) {
	n := 0
	for _, it := range items {
		n += len(it.p) + itemCost
	}
	c.queued -= int32(n)
	c.shard.g.counts.queued.Add(-int64(n))
}

// Flush lets what is queued go out at once.
func (c *Conn) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) > 0 && c.flags&hurried == 0 {
		c.flags |= hurried
		if c.flags&writing == 0 { // else whoever writes sees it
			c.shard.list(c, true)
		}
	}
}
