package board

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// kind is the t of an operation or an entry.
type kind uint8

const (
	unknown kind = iota
	notePut
	noteMove
	noteDelete
	noteHide
	noteUnhide
	paperEdit
	paperClose
	paperDeliver
)

// kinds by their number.
var kinds = [...]string{"", "note.put", "note.move", "note.delete", "note.hide", "note.unhide", "paper.edit", "paper.close", "paper.deliver"}

func kindOf(t []byte) kind {
	for i := 1; i < len(kinds); i++ {
		if string(t) == kinds[i] {
			return kind(i)
		}
	}
	return unknown
}

// fields is which members are given.
type fields uint32

const (
	hasID fields = 1 << iota
	hasRef
	hasNew
	hasName
	hasText
	hasColor
	hasFont
	hasX
	hasY
	hasW
	hasRot
	hasZ
	hasImage
	hasTitle
	hasRecipient
	hasTheme
	hasSize
	hasDeadline
	hasZone
	hasWriters

	place  = hasX | hasY | hasRot | hasZ
	inside = hasName | hasText | hasColor | hasFont | hasW | hasImage
	sheet  = hasTitle | hasRecipient | hasTheme | hasSize | hasDeadline | hasZone | hasWriters
)

// allowed is what an operation of each kind may name.
var allowed = [...]fields{
	notePut: hasID | hasRef | hasNew | place | inside, noteMove: hasID | hasRef | place, noteDelete: hasID | hasRef, noteHide: hasID | hasRef,
	noteUnhide: hasID | hasRef, paperEdit: hasRef | sheet, paperClose: hasRef, paperDeliver: hasRef,
}

// members by their bit's number.
var members = [...]string{
	"id", "ref", "new", "name", "text", "color", "font", "x", "y", "w", "rot", "z", "image", "title", "recipient", "theme", "size", "deadline", "zone",
	"writers",
}

// pointers to the members.
var pointers = [...]string{
	"/id", "/ref", "/new", "/name", "/text", "/color", "/font", "/x", "/y", "/w", "/rot", "/z", "/image", "/title", "/recipient", "/theme", "/size",
	"/deadline", "/zone", "/writers",
}

// change is an operation or an entry, decoded.
type change struct {
	kind  kind
	has   fields
	ref   string
	fresh bool // new
	by    string
	at    int64
	note  Note
	paper Paper
	whole *Note // of note.unhide
}

// decoder is what decoding needs, kept from one change to the next.
type decoder struct {
	json *jsontext.Decoder
	from bytes.Reader
	text []byte
	err  error // of the JSON
}

// decode reads an operation, strictly, or an entry, of which it leaves alone what it does not know. What is wrong with an operation is
// told to r.
func (d *decoder) decode(data []byte, c *change, entry bool, r *rules) {
	d.from.Reset(data)
	if d.json == nil {
		d.json = jsontext.NewDecoder(&d.from)
	} else {
		d.json.Reset(&d.from)
	}
	if d.json.PeekKind() != '{' {
		r.check(false, "", "must be a JSON object")
		return
	}
	_, d.err = d.json.ReadToken()
	for d.err == nil && d.json.PeekKind() == '"' {
		d.text, _ = jsontext.AppendUnquote(d.text[:0], d.value())
		if d.err == nil {
			c.member(d, entry, r)
		}
	}
	end, err := d.json.ReadToken()
	if err == nil && end.Kind() == '}' {
		_, err = d.json.ReadToken()
	}
	r.check(errors.Is(err, io.EOF), "", "must be one JSON object, valid and without repeated names")
	d.from.Reset(nil)
}

// value is the next one. After an error there is nothing more to read.
func (d *decoder) value() jsontext.Value {
	value, err := d.json.ReadValue()
	if err != nil {
		d.err = err
	}
	return value
}

// member reads the value of the member whose name is in d.text.
func (c *change) member(d *decoder, entry bool, r *rules) {
	switch string(d.text) { // these are no fields
	case "t":
		c.kind = kindOf(d.string("/t", r))
		return
	case "op":
		if !entry {
			d.string("/op", r)
			return
		}
	case "by":
		if entry {
			c.by = string(d.string("/by", r))
			return
		}
	case "at":
		if entry {
			c.at = d.number("/at", r)
			return
		}
	case "note":
		if entry {
			c.wholeNote(d)
			return
		}
	}
	for i, name := range members {
		if string(d.text) == name {
			c.has |= 1 << i
			c.field(fields(1)<<i, pointers[i], d, r)
			return
		}
	}
	if !entry {
		r.check(false, "/"+string(d.text), "is not known")
	}
	d.value()
}

func (c *change) field(f fields, at string, d *decoder, r *rules) {
	if to := c.number(f); to != nil {
		*to = int(d.number(at, r))
		return
	}
	switch f {
	case hasDeadline:
		c.paper.Deadline = d.number(at, r)
	case hasNew:
		k := d.value().Kind()
		r.check(d.err != nil || k == 't' || k == 'f', at, "must be true or false")
		c.fresh = k == 't'
	default:
		*c.text(f) = string(d.string(at, r))
	}
}

func (c *change) number(f fields) *int {
	switch f {
	case hasX:
		return &c.note.X
	case hasY:
		return &c.note.Y
	case hasW:
		return &c.note.W
	case hasRot:
		return &c.note.Rot
	case hasZ:
		return &c.note.Z
	}
	return nil
}

func (c *change) text(f fields) *string {
	switch f {
	case hasID:
		return &c.note.ID
	case hasRef:
		return &c.ref
	case hasName:
		return &c.note.Name
	case hasText:
		return &c.note.Text
	case hasColor:
		return &c.note.Color
	case hasFont:
		return &c.note.Font
	case hasImage:
		return &c.note.Image
	case hasTitle:
		return &c.paper.Title
	case hasRecipient:
		return &c.paper.Recipient
	case hasTheme:
		return &c.paper.Theme
	case hasSize:
		return &c.paper.Size
	case hasZone:
		return &c.paper.Zone
	}
	return &c.paper.Writers
}

func (c *change) wholeNote(d *decoder) {
	n := new(Note)
	if value := d.value(); d.err == nil && json.Unmarshal(value, n) == nil {
		c.whole = n
	}
}

// string reads a text; it is good until the next one.
func (d *decoder) string(at string, r *rules) []byte {
	value := d.value()
	if d.err != nil {
		return nil
	}
	if value.Kind() != '"' {
		r.check(false, at, "must be a text")
		return nil
	}
	d.text, _ = jsontext.AppendUnquote(d.text[:0], value)
	return d.text
}

// number reads a whole number that a float64 has exactly.
func (d *decoder) number(at string, r *rules) int64 {
	value := d.value()
	if d.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(value), 10, 54)
	r.check(err == nil, at, "must be a whole number")
	return n
}
