package edge

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/edge/strict"
	"github.com/hotlane/hotlane/platform/fault"
)

const (
	stashSize    = 4 << 10
	minDirect    = 512      // a caller's buffer of this size is read into without a detour
	maxEarlyData = 16 << 10 // bytes that may wait for the answer to an upgrade
)

// ErrMalformed is what bytes are refused with that every HTTP reader does not read the same; the field says the rule.
var ErrMalformed = fault.New(fault.Malformed, "edge.malformed", "The request is not well-formed HTTP.")

// refusedRequest stands in for a head that was refused. Its method is one that the scanner lets no client send, so the
// refusal is answered in its turn, behind the requests before it, and counted as any request is.
const (
	refusedMethod  = "|"
	refusedRequest = refusedMethod + " / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n"
)

// conn is a client's HTTP/1 connection whose bytes net/http sees only once the scanner approved them. Read is called by
// one goroutine at a time, as net/http does; the deadlines by any.
type conn struct {
	net.Conn
	limits  limits
	scan    strict.Scanner
	stash   []byte // read and not yet handed on
	good    int    // so many of them are approved
	refusal error  // a *fault.Error; set before refusedRequest, or the error itself, is handed on
	over    error  // what Read returns once the stash's approved bytes are handed on

	whole atomic.Bool // all that was approved is whole requests: their bodies are here

	mu       sync.Mutex
	deadline time.Time // as net/http set it
	headBy   time.Time // by when the head that has begun must be whole
	writeBy  time.Time // the write deadline that is set
}

type limits struct {
	head, write time.Duration
	maxHead     int
}

func newConn(c net.Conn, l limits) *conn {
	return &conn{Conn: c, limits: l, scan: strict.New(l.maxHead)}
}

// Read hands on approved bytes only. Whole requests that come in one piece are not copied.
func (c *conn) Read(p []byte) (int, error) {
	for {
		if c.good > 0 {
			return c.take(p), nil
		}
		if c.over != nil {
			return 0, c.over
		}
		var n int
		var err error
		if len(c.stash) == 0 && len(p) >= minDirect {
			n, err = c.readInto(p)
		} else {
			err = c.readStash(len(p) > 1)
		}
		if n > 0 {
			return n, nil
		}
		if err != nil && c.good == 0 && c.over == nil {
			return 0, err
		}
	}
}

// readInto reads straight into the caller's buffer and stashes what is not approved.
func (c *conn) readInto(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n == 0 {
		return 0, err
	}
	good, refusal := c.scan.Scan(p[:n])
	c.whole.Store(c.scan.AtStart())
	if refusal != nil {
		c.refuse(refusal)
	} else if good < n {
		c.stash = append(c.stash, p[good:n]...)
		c.waiting(true)
	}
	return good, err
}

// readStash reads more behind what is stashed. A read of a single byte is net/http looking whether the client leaves
// while a handler runs: the clock of a next head does not run then.
func (c *conn) readStash(clock bool) error {
	if len(c.stash) > 0 {
		c.waiting(clock)
	}
	if cap(c.stash)-len(c.stash) < stashSize/4 {
		bigger := make([]byte, len(c.stash), max(stashSize, 2*cap(c.stash)))
		copy(bigger, c.stash)
		c.stash = bigger
	}
	n, err := c.Conn.Read(c.stash[len(c.stash):cap(c.stash)])
	if n == 0 {
		return err
	}
	c.stash = c.stash[:len(c.stash)+n]
	good, refusal := c.scan.Scan(c.stash)
	c.whole.Store(c.scan.AtStart())
	c.good = good
	switch {
	case refusal != nil:
		c.stash = c.stash[:good]
		c.refuse(refusal)
	case c.scan.Upgrading() && len(c.stash)-good > maxEarlyData:
		c.over = ErrMalformed.With(fault.Field{Pointer: "body", Rule: string(strict.TooMuchBeforeReply)})
	}
	if good > 0 {
		c.waiting(false)
	}
	return err
}

// take hands on from the stash and lets go of its memory once it is empty.
func (c *conn) take(p []byte) int {
	n := copy(p, c.stash[:c.good])
	c.good -= n
	c.stash = c.stash[n:]
	if len(c.stash) == 0 {
		c.stash = nil
	}
	return n
}

// refuse ends what may be read. In a body that is an error, which aborts what was passed on of it; at a head it is the
// stand-in request, whose handler answers 400.
func (c *conn) refuse(rule error) {
	c.refusal = ErrMalformed.With(fault.Field{Pointer: "request", Rule: rule.Error()})
	if c.scan.Midway() {
		c.over = c.refusal
		return
	}
	c.over = io.EOF
	c.stash = append(c.stash, refusedRequest...)
	c.good = len(c.stash)
}

// tunnel ends HTTP on the connection: what is stashed and all that comes is the new protocol's, and so are the deadlines.
// It returns what to go on with: the bare connection when nothing is stashed.
func (c *conn) tunnel() net.Conn {
	c.scan.Tunnel()
	c.good = len(c.stash)
	c.limits.write = 0
	c.waiting(false)
	_ = c.Conn.SetWriteDeadline(time.Time{})
	if c.good == 0 {
		return c.Conn
	}
	return c
}

// release ends HTTP on the connection and gives it up: the bare one, which nothing of this one hangs on any more, and what was
// read of it already in the buffer.
func (c *conn) release(rw *bufio.ReadWriter) (net.Conn, *bufio.ReadWriter) {
	_ = c.tunnel()
	early, _ := rw.Reader.Peek(rw.Reader.Buffered()) // cannot fail
	early = append(append([]byte(nil), early...), c.stash...)
	c.stash, c.good = nil, 0
	rw.Writer.Reset(c.Conn)
	rw.Reader.Reset(c.Conn)
	if len(early) > 0 {
		r := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(early), c.Conn), len(early))
		_, _ = r.Peek(len(early)) // cannot fail
		rw.Reader = r
	}
	return c.Conn, rw
}

// waiting starts or stops the clock of a head that is not whole. While a body's chunk line is incomplete the body's
// own deadline holds.
func (c *conn) waiting(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case yes && c.headBy.IsZero() && c.scan.AtStart():
		c.headBy = time.Now().Add(c.limits.head)
	case !yes && !c.headBy.IsZero():
		c.headBy = time.Time{}
	default:
		return
	}
	_ = c.Conn.SetReadDeadline(c.readDeadline()) // fails on a closed connection only, and so will the read
}

func (c *conn) readDeadline() time.Time {
	if c.headBy.IsZero() || !c.deadline.IsZero() && c.deadline.Before(c.headBy) {
		return c.deadline
	}
	return c.headBy
}

// SetReadDeadline keeps the earlier of this deadline and the head's own.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	return c.Conn.SetReadDeadline(c.readDeadline())
}

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.Conn.SetWriteDeadline(t))
}

// Write gives each write its own time, so that a download may take hours but a client that takes nothing may not.
func (c *conn) Write(p []byte) (int, error) {
	if c.limits.write > 0 {
		now := time.Now()
		c.mu.Lock()
		if c.writeBy.Sub(now) < c.limits.write*3/4 {
			c.writeBy = now.Add(c.limits.write)
			_ = c.Conn.SetWriteDeadline(c.writeBy)
		}
		c.mu.Unlock()
	}
	return c.Conn.Write(p)
}

// CloseWrite lets net/http end an answer before it closes, so that the client can read why.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// tlsConn is a conn inside TLS; net/http asks it for the request's TLS state.
type tlsConn struct {
	*conn
	tls *tls.Conn
}

func (c tlsConn) ConnectionState() tls.ConnectionState { return c.tls.ConnectionState() }

// isSlow reports whether a read ended because its time was over.
func isSlow(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
