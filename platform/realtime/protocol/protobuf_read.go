package protocol

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// Wire types, https://protobuf.dev/programming-guides/encoding/#structure. Groups (3 and 4) are refused.
const (
	kindVarint  = 0
	kindFixed64 = 1
	kindBytes   = 2
	kindFixed32 = 5
)

const maxField = 1<<29 - 1

// enter begins the message that stands at pos, behind its length.
func (w *wire) enter() object {
	n := w.readLength()
	o := object{state: fresh, end: w.end, seen: w.seen}
	w.end = w.pos + n
	w.seen = 0
	return o
}

// nextTag goes to the next field of the message at hand, over the one that nobody has taken.
func (w *wire) nextTag(o *object) bool {
	if !w.taken {
		w.skipField()
	}
	if w.err != nil {
		return false
	}
	if w.pos == w.end {
		w.end = o.end
		return w.leave(o)
	}
	tag := w.readVarint()
	if field := tag >> 3; field == 0 || field > maxField {
		w.fail("no such field number")
	}
	w.number, w.kind, w.taken = int(tag>>3), tag&7, false
	return w.err == nil
}

func (w *wire) skipField() {
	switch w.kind {
	case kindVarint:
		w.readVarint()
	case kindBytes:
		w.readBytes()
	case kindFixed32:
		w.skip(4)
	case kindFixed64:
		w.skip(8)
	default:
		w.fail("unknown wire type")
	}
}

func (w *wire) skip(n int) {
	if w.end-w.pos < n {
		w.fail("truncated number")
		return
	}
	w.pos += n
}

func (w *wire) readVarint() uint64 {
	v, n := binary.Uvarint(w.buf[w.pos:w.end])
	if n <= 0 {
		w.fail("truncated or overlong varint")
		return 0
	}
	w.pos += n
	return v
}

// readLength is the length of what follows, all of which is there.
func (w *wire) readLength() int {
	v := w.readVarint()
	if w.err != nil {
		return 0
	}
	if v > math.MaxInt32 || int(v) > w.end-w.pos {
		w.fail("truncated field")
		return 0
	}
	return int(v)
}

func (w *wire) readBytes() []byte {
	n := w.readLength()
	b := w.buf[w.pos : w.pos+n : w.pos+n]
	w.pos += n
	return b
}

func (w *wire) readText(name string) string {
	b := w.readBytes()
	if !utf8.Valid(b) {
		w.failAt(name, "is not UTF-8")
		return ""
	}
	return string(b)
}

// readPayload is a bytes field that holds JSON text. An empty one is none.
func (w *wire) readPayload(name string) []byte {
	b := w.readBytes()
	if len(b) == 0 {
		return nil
	}
	if !ValidJSON(b) {
		w.failAt(name, "is not JSON")
		return nil
	}
	return b
}
