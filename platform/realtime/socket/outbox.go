package socket

import (
	"syscall"

	"github.com/gobwas/ws"
)

const (
	maxBatch = 32 << 10 // bytes of messages that go into one frame together
	maxCopy  = 16 << 10 // a message over it is written from where it lies
	maxFlush = 64 << 10 // bytes that are written before it is another connection's turn
)

// outbox makes frames of messages and writes them.
type outbox struct {
	buf    []byte
	from   int     // of buf that is in no piece yet
	pieces []piece // in the order that they are written in
	at     int     // the piece that is next

	try func(fd uintptr) bool // writeNow of now, made once
	now []byte
	n   int
	err error
}

// piece is a part of buf, or a message where it lies.
type piece struct {
	p       []byte
	message bool
}

// compose takes as many items as go out at once: at least one. It returns how many.
func (o *outbox) compose(items []item, binary bool) int {
	o.buf, o.from, o.pieces, o.at = o.buf[:0], 0, o.pieces[:0], 0
	taken, total := 0, 0
	for taken < len(items) && total < maxFlush {
		it := items[taken]
		switch {
		case it.kind >= control:
			o.buf = append(o.buf, it.p...)
		case it.kind == compressed || len(it.p) > maxCopy:
			o.buf = appendHeader(o.buf, opcode(binary), it.kind == compressed, len(it.p))
			o.direct(it.p)
		default:
			n, size := batch(items[taken:], binary)
			o.frame(items[taken:taken+n], size, binary)
			taken += n
			total += size
			continue
		}
		taken++
		total += len(it.p)
	}
	o.seal()
	return taken
}

// batch says how many messages go into one frame, and the bytes of its payload.
func batch(items []item, binary bool) (n, size int) {
	for _, it := range items {
		more := len(it.p)
		if n > 0 && !binary {
			more++
		}
		if it.kind != plain || len(it.p) > maxCopy || n > 0 && size+more > maxBatch {
			break
		}
		size += more
		n++
	}
	return n, size
}

func (o *outbox) frame(items []item, size int, binary bool) {
	o.buf = appendHeader(o.buf, opcode(binary), false, size)
	for i, it := range items {
		if i > 0 && !binary {
			o.buf = append(o.buf, '\n')
		}
		o.buf = append(o.buf, it.p...)
	}
}

func opcode(binary bool) ws.OpCode {
	if binary {
		return ws.OpBinary
	}
	return ws.OpText
}

// direct adds a message where it lies; a small one is copied.
func (o *outbox) direct(p []byte) {
	if len(p) <= maxCopy {
		o.buf = append(o.buf, p...)
		return
	}
	o.seal()
	o.pieces = append(o.pieces, piece{p, true})
}

func (o *outbox) seal() {
	if o.from < len(o.buf) {
		o.pieces = append(o.pieces, piece{p: o.buf[o.from:]})
		o.from = len(o.buf)
	}
}

// write writes what the kernel takes at once, and leaves the rest in pieces.
func (o *outbox) write(rc syscall.RawConn) (writes int, err error) {
	if o.try == nil {
		o.try = func(fd uintptr) bool {
			o.n, o.err = writeNow(fd, o.now)
			return true
		}
	}
	for ; o.at < len(o.pieces); o.at++ {
		o.now = o.pieces[o.at].p
		if err := rc.Write(o.try); err != nil {
			return writes, err
		}
		if o.err != nil {
			return writes, o.err
		}
		if o.n > 0 {
			writes++
		}
		if o.n < len(o.now) {
			o.pieces[o.at].p = o.now[o.n:]
			return writes, nil
		}
	}
	return writes, nil
}

func (o *outbox) empty() bool { return o.at == len(o.pieces) }

// pending gives what was not written to somebody who may wait.
func (o *outbox) pending() [][]byte {
	var left [][]byte
	for _, p := range o.pieces[o.at:] {
		if !p.message {
			p.p = append([]byte(nil), p.p...)
		}
		left = append(left, p.p)
	}
	return left
}

// rest lets go of what need not be kept until the next time.
func (o *outbox) rest() {
	clear(o.pieces[:cap(o.pieces)])
	o.now = nil
	if cap(o.buf) > 4*maxFlush {
		o.buf = nil
	}
}
