package protocol

import "fmt"

// wire reads or writes a message in one of the codecs. What a message is made of stands in one place for both codecs and both ways:
// its fields method, which names every field once, with its number (Protobuf) and its name (JSON), in the order of numbers. Writing, each
// call writes a field that is not zero. Reading, fields runs once for each field that comes, and the call that has its number or name reads it;
// what no call has taken is unknown and read over.
type wire struct {
	codec   Codec
	reading bool
	buf     []byte // what was written, or what is read
	comma   bool   // writing JSON: the next field of this object needs a comma before it

	// Reading: buf[pos:end] is what is left of the message at hand.
	pos, end int
	number   int    // Protobuf: the field at pos
	kind     uint64 // Protobuf: its wire type
	name     []byte // JSON: the field at pos
	taken    bool   // the field at pos was read
	seen     uint64 // the fields that the message at hand had, a bit for each number
	depth    int    // JSON: how many objects and arrays are open
	err      error
}

// object is a message on its way: while next(&o) { fields }.
type object struct {
	state stage
	count int    // reading JSON: fields so far
	mark  int    // writing Protobuf: where the length goes
	end   int    // reading Protobuf: of what is around
	seen  uint64 // reading: of what is around
}

type stage uint8

const (
	absent stage = iota
	fresh
	open
)

// root is the message that buf holds, or is to hold.
func (w *wire) root() object {
	switch {
	case w.reading && w.codec == JSON:
		return w.openObject()
	case w.reading:
		return object{state: fresh, end: w.end}
	default:
		return w.begin()
	}
}

// object is a field that is a message. present is for writing.
func (w *wire) object(number int, name string, present bool) object {
	if w.reading {
		if !w.at(number, name, kindBytes) {
			return object{}
		}
		if w.codec == JSON {
			return w.openObject()
		}
		return w.enter()
	}
	if !present {
		return object{}
	}
	w.key(number, name, kindBytes)
	return w.begin()
}

// next tells whether the message's fields method is to run (again). Reading, it runs first with no field at hand, so that a message
// without fields is made as well.
func (w *wire) next(o *object) bool {
	switch o.state {
	case absent:
		return false
	case fresh:
		o.state = open
		w.taken, w.number, w.name = true, 0, nil
		return w.err == nil
	}
	switch {
	case !w.reading:
		w.finish(o)
		return false
	case w.codec == JSON:
		return w.nextName(o)
	default:
		return w.nextTag(o)
	}
}

// none tells that no field is at hand: the fields of a message need not be looked through.
func (w *wire) none() bool { return w.reading && w.taken }

// leave ends the reading of a message; what is around goes on behind it.
func (w *wire) leave(o *object) bool {
	w.seen, w.taken = o.seen, true
	return false
}

// at tells whether the field at hand is this one, which the caller then reads.
func (w *wire) at(number int, name string, kind uint64) bool {
	if !w.is(number, name, kind) {
		return false
	}
	bit := uint64(1) << number
	if w.seen&bit != 0 {
		w.failAt(name, "comes twice")
		return false
	}
	w.seen |= bit
	return true
}

// is is at for a field that may come again.
func (w *wire) is(number int, name string, kind uint64) bool {
	if w.taken || w.err != nil {
		return false
	}
	if w.codec == JSON {
		if string(w.name) != name {
			return false
		}
	} else {
		if w.number != number {
			return false
		}
		if w.kind != kind {
			w.failAt(name, "is of another wire type")
			return false
		}
	}
	w.taken = true
	return true
}

func (w *wire) fail(what string) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s, at byte %d", ErrMalformed, what, w.pos)
	}
}

func (w *wire) failAt(field, what string) { w.fail(field + " " + what) }
