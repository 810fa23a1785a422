package socket

import (
	"errors"
	"os"
	"time"
)

// maxChunk is how many bytes of a blocked write have one write timeout.
const maxChunk = 64 << 10

// flush writes what is queued as far as the kernel takes it. What it does not take at once is left to a goroutine of its own.
func (c *Conn) flush(out *outbox) {
	c.mu.Lock()
	if c.flags&(listed|hurried) == 0 || c.flags&writing != 0 || len(c.queue) == 0 {
		c.flags &^= listed
		if c.flags&writing == 0 { // else whoever writes looks at it
			c.flags &^= hurried
		}
		c.mu.Unlock()
		return
	}
	c.flags = c.flags&^(listed|hurried) | writing
	items, binary := c.queue, c.binary
	c.queue = nil
	c.mu.Unlock()

	n := out.compose(items, binary)
	if c.rc != nil {
		writes, err := out.write(c.rc)
		c.shard.g.counts.writes.Add(int64(writes))
		if err != nil {
			c.cut(err)
		}
		if err != nil || out.empty() {
			c.wrote(items, n)
			return
		}
	}
	pending := out.pending()
	c.shard.g.owned.Go(func() { // the caller is owned too, so this is not too late
		c.waitOut(pending)
		c.wrote(items, n)
	})
}

// waitOut writes however long it takes, as long as something is taken within each write timeout.
func (c *Conn) waitOut(pending [][]byte) {
	counts := &c.shard.g.counts
	counts.blocked.Add(1)
	defer counts.blocked.Add(-1)
	for _, p := range pending {
		for len(p) > 0 {
			n := min(len(p), maxChunk)
			_ = c.raw.SetWriteDeadline(time.Now().Add(c.shard.g.o.WriteTimeout)) // fails on a closed connection, as the write does
			_, err := c.raw.Write(p[:n])
			counts.writes.Add(1)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				err = ErrSlow
			}
			if err != nil {
				c.cut(err)
				return
			}
			p = p[n:]
		}
	}
	_ = c.raw.SetWriteDeadline(time.Time{})
}

// wrote ends a write of the first n items. What is queued by now is written next, in its time.
func (c *Conn) wrote(items []item, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flags &^= writing
	c.written(items[:n])
	left := items[n:]
	if len(left) > 0 {
		c.queue = append(left, c.queue...)
	}
	if c.flags&gone != 0 {
		c.drop()
		return
	}
	if items[n-1].kind == closeFrame {
		c.sentClose()
		return
	}
	for _, it := range items[:n] {
		if it.kind < control {
			c.shard.g.counts.sent.Add(1)
		}
	}
	if c.flags&cooling == 0 && c.shard.g.o.Coalesce > 0 {
		c.flags |= cooling
		c.shard.later(c, time.Now())
	}
	switch {
	case len(c.queue) == 0:
		c.flags &^= hurried
	case c.flags&hurried != 0:
		c.shard.list(c, true)
	case len(left) > 0 || c.flags&cooling == 0:
		c.flags |= listed
		c.shard.list(c, false)
	}
}

// sentClose goes on with the end once the close frame is written. Under mu.
func (c *Conn) sentClose() {
	c.flags |= closeSent
	switch half, ok := c.raw.(interface{ CloseWrite() error }); {
	case c.flags&peerClosed != 0:
		_ = c.raw.Close() // whoever reads finds out
	case c.flags&failed != 0 && ok:
		_ = half.CloseWrite()
	}
}

// cooled is called when Coalesce has passed. It reports whether there is something to write.
func (c *Conn) cooled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flags &^= cooling
	due := len(c.queue) > 0 && c.flags&(listed|hurried|writing) == 0
	if due {
		c.flags |= listed
	}
	return due
}
