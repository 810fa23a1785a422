package protocol

import "bytes"

// nextName goes to the next field of the object at hand, over the one that nobody has taken.
func (w *wire) nextName(o *object) bool {
	if !w.taken {
		w.skipValue()
	}
	w.space()
	if w.here() == '}' && w.err == nil {
		w.pos++
		w.depth--
		return w.leave(o)
	}
	if o.count > 0 {
		w.expect(',')
		w.space()
	}
	o.count++
	w.name = w.readString("a name")
	w.space()
	w.expect(':')
	w.space()
	w.taken = false
	return w.err == nil
}

// openObject goes into the object that stands at pos. null is none.
func (w *wire) openObject() object {
	w.space()
	if w.depth > 0 && w.null() {
		return object{}
	}
	o := object{state: fresh, seen: w.seen}
	w.seen = 0
	w.deeper('{')
	return o
}

// deeper takes a brace or bracket that opens.
func (w *wire) deeper(c byte) {
	w.expect(c)
	w.depth++
	if w.depth > MaxDepth {
		w.fail("nested too deep")
	}
}

func (w *wire) space() {
	for w.pos < w.end {
		switch w.buf[w.pos] {
		case ' ', '\t', '\r', '\n':
			w.pos++
		default:
			return
		}
	}
}

// here is the byte at pos, 0 at the end.
func (w *wire) here() byte {
	if w.pos < w.end {
		return w.buf[w.pos]
	}
	return 0
}

func (w *wire) expect(c byte) {
	if w.err != nil {
		return
	}
	if w.here() != c {
		w.fail("no " + string(rune(c)))
		return
	}
	w.pos++
}

// null takes a null, if one is there.
func (w *wire) null() bool { return w.literal("null") }

func (w *wire) literal(s string) bool {
	if !bytes.HasPrefix(w.buf[w.pos:w.end], []byte(s)) {
		return false
	}
	w.pos += len(s) // what follows must be a comma, a brace, a bracket or the end, whoever reads on sees to that
	return true
}

func (w *wire) readFlag(name string) bool {
	if w.literal("true") {
		return true
	}
	if !w.literal("false") {
		w.failAt(name, "is neither true nor false")
	}
	return false
}

// readRaw is the value at pos, as it is.
func (w *wire) readRaw() []byte {
	start := w.pos
	w.skipValue()
	if w.err != nil {
		return nil
	}
	return w.buf[start:w.pos:w.pos]
}
