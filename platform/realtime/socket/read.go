package socket

import (
	"errors"
	"io"
	"runtime/debug"

	"github.com/gobwas/ws"
)

const (
	chunkSize = 8 << 10
	smallSize = 512      // of the buffer that waits where there is no descriptor to wait for
	maxUnread = 16 << 20 // bytes of a client that broke the protocol that are thrown away; then it is cut
)

// chunk is what was read at once.
type chunk struct {
	buf []byte
	n   int
	err error
}

func newChunk() any { return &chunk{buf: make([]byte, chunkSize)} }

// wait waits for bytes and hands them to a worker, which starts it anew when it is done with them. While it waits it has no
// buffer, and next to no stack: what handles messages would let it grow, and a parked goroutine's stack hardly shrinks.
func (c *Conn) wait() {
	var k *chunk
	if c.rc != nil {
		err := c.rc.Read(c.try)
		if k = c.got; k == nil {
			k = &chunk{err: err}
		}
		c.got = nil
	} else {
		k = &chunk{buf: make([]byte, smallSize)}
		k.n, k.err = c.raw.Read(k.buf)
	}
	c.shard.g.hand(job{c, k})
}

// tryRead takes a buffer only for bytes that are there.
func (c *Conn) tryRead(fd uintptr) bool {
	k := c.shard.g.chunks.Get().(*chunk)
	n, ok, err := readNow(fd, k.buf)
	if !ok {
		c.shard.g.chunks.Put(k)
		return false
	}
	if n == 0 && err == nil {
		err = io.EOF
	}
	k.n, k.err = n, err
	c.got = k
	return true
}

// took handles what was read.
func (c *Conn) took(k *chunk) {
	err := k.err
	if k.n > 0 {
		if failed := c.feed(k.buf[:k.n]); failed != nil {
			err = failed
		}
	}
	if len(k.buf) == chunkSize {
		k.n, k.err = 0, nil
		c.shard.g.chunks.Put(k)
	}
	if err != nil {
		c.finish(err)
		return
	}
	go c.wait()
}

// feed decodes what came. An error is the connection's end.
func (c *Conn) feed(p []byte) error {
	if c.heard() {
		if c.idle += int32(len(p)); c.idle > maxUnread {
			return io.ErrUnexpectedEOF
		}
		return nil
	}
	d := c.in
	if d == nil {
		d = &decoder{limit: c.shard.g.o.MaxMessage, idle: int(c.idle)}
		if c.deflate {
			d.inflate = c.shard.g.inflaters
		}
	}
	err := d.feed(p, c)
	c.in, c.idle = d, int32(d.idle)
	if d.clean() {
		c.in = nil
	}
	var v *violation
	switch {
	case errors.As(err, &v):
		c.in, c.idle = nil, 0
		c.fail(v)
	case err == errHeard:
		c.in, c.idle = nil, 0
	default:
		return err
	}
	return nil
}

// heard reports whether what comes is of no use any more.
func (c *Conn) heard() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flags&(failed|peerClosed) != 0
}

// fail ends the connection of a client that broke the protocol.
func (c *Conn) fail(v *violation) {
	c.mu.Lock()
	c.flags |= failed
	c.mu.Unlock()
	c.close(&CloseError{Code: v.code, Reason: v.reason})
}

var (
	errDone  = errors.New("socket: done")  // nothing is to be read or written any more
	errHeard = errors.New("socket: heard") // nothing is to be read any more
)

func (c *Conn) message(binary bool, p []byte) error {
	c.mu.Lock()
	end := c.flags
	c.mu.Unlock()
	switch {
	case end&gone != 0:
		return errDone
	case end&closing != 0:
		return nil
	}
	c.shard.g.counts.read.Add(1)
	return c.handle(binary, p)
}

// handle keeps a handler's panic from ending all connections.
func (c *Conn) handle(binary bool, p []byte) (err error) {
	defer func() {
		if why := recover(); why != nil {
			err = &PanicError{Value: why, Stack: debug.Stack()}
			c.cut(err)
		}
	}()
	c.h.Message(c, binary, p)
	return nil
}

// ping queues the answer. Where the queue is full it is left out: the client is told nothing at all then.
func (c *Conn) ping(p []byte) error {
	c.mu.Lock()
	ok := c.flags&closing == 0 && int(c.queued)+len(p)+itemCost <= c.shard.g.o.Queue
	if ok {
		c.push(item{frame(ws.OpPong, p), control})
	}
	c.mu.Unlock()
	if ok {
		c.Flush()
	}
	return nil
}

// closed answers the client's close frame; if it was the answer to ours, that was all.
func (c *Conn) closed(code int, reason string) error {
	c.mu.Lock()
	c.flags |= peerClosed
	done := c.flags&(closeSent|gone) != 0
	c.mu.Unlock()
	if done {
		return errDone
	}
	c.close(&CloseError{Code: code, Reason: reason, Remote: true})
	return errHeard
}

// finish is the end of a connection.
func (c *Conn) finish(err error) {
	c.cut(err)
	c.in = nil
	c.shard.delist(c)
	c.mu.Lock()
	err = c.end
	c.mu.Unlock()
	g := c.shard.g
	defer g.conns.Done()
	g.counts.open.Add(-1)
	c.h.Closed(c, err)
}
