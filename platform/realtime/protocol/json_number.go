package protocol

import "math"

func (w *wire) readUint(name string) uint64 {
	start := w.pos
	var v uint64
	for ; digit(w.here()); w.pos++ {
		d := uint64(w.here() - '0')
		if v > (math.MaxUint64-d)/10 {
			w.failAt(name, "is too large")
			return 0
		}
		v = v*10 + d
	}
	switch w.here() {
	case '.', 'e', 'E':
		start = w.pos
	}
	if w.pos == start || w.buf[start] == '0' && w.pos > start+1 {
		w.failAt(name, "is not a whole number")
	}
	return v
}

func (w *wire) readInt(name string) int64 {
	negative := w.here() == '-'
	if negative {
		w.pos++
	}
	v := w.readUint(name)
	switch {
	case negative && v <= -math.MinInt64:
		return -int64(v)
	case !negative && v <= math.MaxInt64:
		return int64(v)
	}
	w.failAt(name, "is out of range")
	return 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// skipNumber reads over a number of RFC 8259.
func (w *wire) skipNumber() {
	if w.here() == '-' {
		w.pos++
	}
	if w.here() == '0' {
		w.pos++
	} else {
		w.digits()
	}
	if w.here() == '.' {
		w.pos++
		w.digits()
	}
	if c := w.here(); c == 'e' || c == 'E' {
		w.pos++
		if c := w.here(); c == '+' || c == '-' {
			w.pos++
		}
		w.digits()
	}
}

// digits reads over one digit or more.
func (w *wire) digits() {
	if !digit(w.here()) {
		w.fail("not a number")
		return
	}
	for digit(w.here()) {
		w.pos++
	}
}
