package socket

import (
	"github.com/gobwas/ws"
)

// How many frames may come before a message is whole: fragments, pings and pongs. A message may have a fragment more for each so many
// of its bytes.
const (
	maxIdleFrames = 4096
	minFragment   = 16
)

// sink is told what came. What it is given is valid until it returns; an error ends the reading.
type sink interface {
	message(binary bool, p []byte) error
	ping(p []byte) error
	closed(code int, reason string) error
}

// decoder follows the bytes of one client and hands on what is whole. It does no I/O.
type decoder struct {
	limit   int        // bytes of a message
	inflate *inflaters // nil: no compression was agreed on

	op         ws.OpCode // of the message that has begun; 0: none
	compressed bool
	body       []byte // of that message, so far
	runes      int    // bytes of body that are known to be UTF-8

	h       ws.Header // of the frame that has begun
	inFrame bool
	left    int    // bytes of its payload that did not come yet
	part    []byte // of a header, or of a control frame's payload, that is not whole
	idle    int    // frames since the last whole message
}

// clean reports whether nothing has begun: of a decoder that is clean only idle need be kept.
func (d *decoder) clean() bool { return d.op == 0 && !d.inFrame && len(d.part) == 0 }

// feed takes the bytes that came next, and changes them. The error is a *violation or the sink's.
func (d *decoder) feed(p []byte, to sink) error {
	for len(p) > 0 {
		var n int
		var err error
		switch {
		case !d.inFrame:
			n, err = d.header(p)
		case d.h.OpCode.IsControl():
			n, err = d.control(p, to)
		default:
			n, err = d.data(p, to)
		}
		if err != nil {
			return err
		}
		p = p[n:]
		if d.inFrame && d.left == 0 {
			if err := d.end(to); err != nil {
				return err
			}
		}
	}
	return nil
}

// header reads a header, which may come in pieces.
func (d *decoder) header(p []byte) (int, error) {
	before := len(d.part)
	whole := p
	if before > 0 {
		whole = append(d.part, p[:min(len(p), ws.MaxHeaderSize-before)]...)
	}
	h, n, err := parseHeader(whole)
	if err != nil {
		return 0, err
	}
	if n == 0 {
		if before == 0 {
			d.part = append([]byte(nil), p...)
		} else {
			d.part = whole
		}
		return len(p), nil
	}
	d.part = nil
	if err := d.check(h); err != nil {
		return 0, err
	}
	d.h, d.inFrame, d.left = h, true, int(h.Length)
	return n - before, nil
}

// check decides on a frame by its header.
func (d *decoder) check(h ws.Header) error {
	state := ws.StateServerSide
	if d.op != 0 {
		state = state.Set(ws.StateFragmented)
	}
	compressed := h.Rsv&4 != 0
	if h.Rsv&3 != 0 || compressed && d.inflate == nil {
		return errRSV
	}
	h.Rsv = 0
	if err := ws.CheckHeader(h, state); err != nil {
		return &violation{1002, err.Error()}
	}
	if d.idle++; d.idle > maxIdleFrames+len(d.body)/minFragment {
		return errIdleFrames
	}
	first := h.OpCode == ws.OpText || h.OpCode == ws.OpBinary
	if compressed && !first {
		return errCompression
	}
	if h.OpCode.IsControl() {
		return nil
	}
	if h.Length > int64(d.limit-len(d.body)) {
		return errTooBig
	}
	if first {
		d.op, d.compressed = h.OpCode, compressed
	}
	return nil
}

// data takes payload of a message. What came whole and in one frame is handed on where it lies.
func (d *decoder) data(p []byte, to sink) (int, error) {
	n := min(len(p), d.left)
	p = p[:n]
	ws.Cipher(p, d.h.Mask, int(d.h.Length)-d.left)
	d.left -= n
	if d.h.Fin && d.left == 0 && len(d.body) == 0 && !d.compressed {
		if d.op == ws.OpText {
			if whole, ok := wholeRunes(p); !ok || whole < n {
				return 0, errUTF8
			}
		}
		return n, d.deliver(p, to)
	}
	d.body = append(d.body, p...)
	if d.op == ws.OpText && !d.compressed {
		whole, ok := wholeRunes(d.body[d.runes:])
		if !ok {
			return 0, errUTF8
		}
		d.runes += whole
	}
	return n, nil
}

func (d *decoder) deliver(p []byte, to sink) error {
	op := d.op
	d.op, d.body, d.runes, d.compressed, d.inFrame, d.idle = 0, nil, 0, false, false, 0
	return to.message(op == ws.OpBinary, p)
}

// control takes payload of a control frame. It is handed on when it is whole.
func (d *decoder) control(p []byte, to sink) (int, error) {
	n := min(len(p), d.left)
	p = p[:n]
	ws.Cipher(p, d.h.Mask, int(d.h.Length)-d.left)
	d.left -= n
	if d.left > 0 || len(d.part) > 0 {
		d.part = append(d.part, p...)
		return n, nil
	}
	return n, d.obey(p, to)
}

func (d *decoder) obey(p []byte, to sink) error {
	d.inFrame, d.part = false, nil
	switch d.h.OpCode {
	case ws.OpPing:
		return to.ping(p)
	case ws.OpClose:
		code, reason, err := readClose(p)
		if err != nil {
			return err
		}
		return to.closed(code, reason)
	}
	return nil // a pong
}

// end is the end of a frame that was not handed on already.
func (d *decoder) end(to sink) error {
	if d.h.OpCode.IsControl() {
		return d.obey(d.part, to)
	}
	if !d.h.Fin {
		d.inFrame = false
		return nil
	}
	p := d.body
	if d.compressed {
		var err error
		if p, err = d.inflate.inflate(p, d.limit); err != nil {
			return err
		}
	}
	if whole := d.runes; d.op == ws.OpText {
		if d.compressed {
			whole, _ = wholeRunes(p)
		}
		if whole < len(p) {
			return errUTF8
		}
	}
	return d.deliver(p, to)
}
