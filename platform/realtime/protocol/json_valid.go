package protocol

import "unicode/utf8"

// ValidJSON tells whether p is one JSON value (RFC 8259) in UTF-8, nested at most [MaxDepth] deep.
func ValidJSON(p []byte) bool {
	if !utf8.Valid(p) {
		return false
	}
	w := wire{buf: p, end: len(p)}
	w.space()
	w.skipValue()
	w.space()
	return w.err == nil && w.pos == w.end
}

// skipValue reads over the value at pos.
func (w *wire) skipValue() {
	if w.err != nil {
		return
	}
	switch c := w.here(); {
	case c == '"':
		w.skipString()
	case c == '{':
		w.skipObject()
	case c == '[':
		w.skipArray()
	case c == '-' || digit(c):
		w.skipNumber()
	case w.literal("true") || w.literal("false") || w.literal("null"):
	default:
		w.fail("no value")
	}
}

func (w *wire) skipObject() {
	w.deeper('{')
	w.space()
	for first := true; w.err == nil && w.here() != '}'; first = false {
		if !first {
			w.expect(',')
			w.space()
		}
		if w.here() != '"' {
			w.fail("no name")
			return
		}
		w.skipString()
		w.space()
		w.expect(':')
		w.space()
		w.skipValue()
		w.space()
	}
	w.expect('}')
	w.depth--
}

func (w *wire) skipArray() {
	w.deeper('[')
	w.space()
	for first := true; w.err == nil && w.here() != ']'; first = false {
		if !first {
			w.expect(',')
			w.space()
		}
		w.skipValue()
		w.space()
	}
	w.expect(']')
	w.depth--
}
