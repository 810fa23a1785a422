package hub

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/hotlane/hotlane/platform/realtime"
)

// What hubs tell each other. A message begins with its kind and the node; numbers are varints, texts have their length before them.
const (
	tellsEntries   = 1 // id, epoch, first, count, and each: instance, counter, client, user, at, data
	tellsBeside    = 2 // count, and each: data, client, user
	tellsDiff      = 3 // count, and each: in or out, client, user, info
	tellsAll       = 4 // part, parts, count, and each as in a diff: who is in
	tellsAsk       = 5 // who is in?
	tellsForgotten = 6 // id: look again
	tellsNewer     = 7 // id, last offset: look there; it is too much for the bus
)

var errWire = errors.New("live: a message of the bus is not as it must be")

type writer []byte

func (w *writer) number(n uint64) { *w = binary.AppendUvarint(*w, n) }
func (w *writer) text(s string)   { w.number(uint64(len(s))); *w = append(*w, s...) }
func (w *writer) bytes(b []byte)  { w.number(uint64(len(b))); *w = append(*w, b...) }

// reader reads a message. The texts share one copy of it. After a mistake all is empty.
type reader struct {
	body []byte
	text string // of body
	at   int
	bad  bool
}

func newReader(body []byte) *reader { return &reader{body: body, text: string(body)} }

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.body[r.at:])
	if size <= 0 {
		r.fail()
		return 0
	}
	r.at += size
	return n
}

// span is where a text begins that goes up to at.
func (r *reader) span() int {
	n := r.number()
	if n > uint64(len(r.body)-r.at) {
		r.fail()
		return r.at
	}
	from := r.at
	r.at += int(n)
	return from
}

func (r *reader) string() string {
	from := r.span()
	return r.text[from:r.at]
}

// bytes is a part of the body, which nobody changes.
func (r *reader) bytes() []byte {
	from := r.span()
	return r.body[from:r.at:r.at]
}

// count is of things that have at least one byte each.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.body)-r.at) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) fail() { r.bad, r.at = true, len(r.body) }

func appendEntries(w *writer, entries []realtime.Entry) {
	w.number(entries[0].Offset)
	w.number(uint64(len(entries)))
	for i := range entries {
		e := &entries[i]
		w.text(e.Op.Instance)
		w.number(e.Op.Counter)
		w.text(e.Client)
		w.text(e.User)
		w.number(uint64(e.At))
		w.bytes(e.Data)
	}
}

func (r *reader) entries() []realtime.Entry {
	first, n := r.number(), r.count()
	all := make([]realtime.Entry, 0, min(n, 1024))
	for len(all) < n && !r.bad {
		e := realtime.Entry{Offset: first + uint64(len(all))}
		e.Op.Instance, e.Op.Counter = r.string(), r.number()
		e.Client, e.User, e.At, e.Data = r.string(), r.string(), int64(r.number()), r.bytes()
		all = append(all, e)
	}
	return all
}

func appendPresent(w *writer, p *Present) {
	w.text(p.Client)
	w.text(p.User)
	w.bytes(p.Info)
}

// present copies what is kept for long, so that the message is not.
func (r *reader) present() Present {
	p := Present{Client: strings.Clone(r.string()), User: strings.Clone(r.string())}
	if info := r.bytes(); len(info) > 0 {
		p.Info = append([]byte(nil), info...)
	}
	return p
}
