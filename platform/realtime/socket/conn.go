package socket

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// Handler is what a connection serves. Its calls never overlap.
type Handler interface {
	// Message is called for each message. p is valid until it returns. It may block: only this connection's reading waits.
	Message(c *Conn, binary bool, p []byte)
	// Closed is called once, after the last Message: *CloseError, *PanicError, ErrSlow, ErrCut or what the network said.
	Closed(c *Conn, err error)
}

type flags uint16

const (
	listed     flags = 1 << iota // in the shard's list of those to write to
	hurried                      // to be written to first: in that list, unless somebody writes
	cooling                      // written to lately: waits for its turn
	writing                      // somebody writes, and looks at the queue afterwards
	closing                      // nothing more is taken: the close frame is queued or written, or it was cut
	closeSent                    // it is written
	peerClosed                   // the client's close frame came
	failed                       // the client broke the protocol: what it sends is thrown away
	gone                         // cut, or ended
)

// Conn is one connection. Its methods may be called by any goroutine, do not block and do not call the handler.
type Conn struct {
	raw      net.Conn
	rc       syscall.RawConn // nil: raw is not a plain connection
	shard    *shard
	h        Handler
	protocol string
	try      func(fd uintptr) bool // tryRead: made once
	deflate  bool                  // compression was agreed on
	binary   bool                  // what is sent goes out in binary frames

	// Of whoever reads.
	got  *chunk   // what it read
	in   *decoder // nil: nothing has begun
	idle int32    // frames since the last message; when nothing is of use any more, bytes

	prev, next *Conn // in the shard's list; under its mu

	mu     sync.Mutex // before the shard's
	flags  flags
	queued int32 // bytes in queue and in what is being written
	queue  []item
	end    error // why it ends; nil: it does not
}

// item is a message that waits, or a whole control frame.
type item struct {
	p    []byte
	kind itemKind
}

type itemKind uint8

const (
	plain itemKind = iota
	compressed
	control
	closeFrame // the last one
)

// itemCost is what an item counts beside its bytes.
const itemCost = 32

// Protocol is the subprotocol that was agreed on; empty: none.
func (c *Conn) Protocol() string { return c.protocol }

// Serve starts reading, once; a connection that is not served is never let go of. binary says how what is sent goes out: in binary
// frames, one message right behind the other, or in text frames, with a line feed between them.
func (c *Conn) Serve(h Handler, binary bool) {
	c.mu.Lock()
	c.h, c.binary = h, binary
	c.mu.Unlock()
	if k := c.got; k != nil { // came with the handshake
		c.got = nil
		c.shard.g.hand(job{c, k})
		return
	}
	go c.wait()
}

// Queued is the number of bytes that wait or are being written.
func (c *Conn) Queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.queued)
}

// Close sends what is queued, then the close frame, and ends the connection when the client answered it, or after the write
// timeout. code is 1000, 1001, 1007 to 1013 or 3000 to 4999; the reason is cut to 123 bytes. Further calls do nothing.
func (c *Conn) Close(code int, reason string) {
	c.close(&CloseError{Code: code, Reason: reason})
}

// close queues the close frame, and sees to it that the end comes.
func (c *Conn) close(why *CloseError) {
	c.mu.Lock()
	if c.flags&closing != 0 {
		c.mu.Unlock()
		return
	}
	c.flags |= closing
	c.end = why
	c.push(item{frame(opClose, closeBody(why.Code, why.Reason)), closeFrame})
	_ = c.raw.SetReadDeadline(time.Now().Add(c.shard.g.o.WriteTimeout)) // fails on a closed connection only
	c.mu.Unlock()
	c.Flush()
}

// Cut ends the connection without a word.
func (c *Conn) Cut() { c.cut(ErrCut) }

func (c *Conn) cut(why error) {
	c.mu.Lock()
	if c.end == nil {
		c.end = why
	}
	c.flags |= closing | gone
	c.drop()
	c.mu.Unlock()
	_ = c.raw.Close() // whoever reads or writes finds out
}
