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
	_, _ = d.json.ReadToken()
	for d.json.PeekKind() == '"' {
		name, err := d.json.ReadValue()
		if err != nil {
			break
		}
		d.text, _ = jsontext.AppendUnquote(d.text[:0], name)
		if !c.member(d, entry, r) {
			break
		}
	}
	end, err := d.json.ReadToken()
	if err == nil && end.Kind() == '}' {
		_, err = d.json.ReadToken()
	}
	r.check(errors.Is(err, io.EOF), "", "must be one JSON object, valid and without repeated names")
	d.from.Reset(nil)
}

// member reads the value of the member whose name is in d.text.
func (c *change) member(d *decoder, entry bool, r *rules) bool {
	switch string(d.text) { // these are no fields
	case "t":
		return d.string("/t", r, func(s []byte) { c.kind = kindOf(s) })
	case "op":
		if !entry {
			return d.string("/op", r, func([]byte) {})
		}
	case "by":
		if entry {
			return d.string("/by", r, func(s []byte) { c.by = string(s) })
		}
	case "at":
		if entry {
			return d.number("/at", r, func(n int64) { c.at = n })
		}
	case "note":
		if entry {
			return c.wholeNote(d)
		}
	}
	for i, name := range members {
		if string(d.text) == name {
			c.has |= 1 << i
			return c.field(fields(1)<<i, "/"+name, d, r)
		}
	}
	if !entry {
		r.check(false, "/"+string(d.text), "is not known")
	}
	return d.json.SkipValue() == nil
}

func (c *change) field(f fields, at string, d *decoder, r *rules) bool {
	if to := c.number(f); to != nil {
		return d.number(at, r, func(n int64) { *to = int(n) })
	}
	switch f {
	case hasDeadline:
		return d.number(at, r, func(n int64) { c.paper.Deadline = n })
	case hasNew:
		k := d.json.PeekKind()
		r.check(k == 't' || k == 'f', at, "must be true or false")
		c.fresh = k == 't'
		return d.json.SkipValue() == nil
	}
	to := c.text(f)
	return d.string(at, r, func(s []byte) { *to = string(s) })
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

func (c *change) wholeNote(d *decoder) bool {
	value, err := d.json.ReadValue()
	if err != nil {
		return false
	}
	n := new(Note)
	if json.Unmarshal(value, n) == nil {
		c.whole = n
	}
	return true
}

func (d *decoder) string(at string, r *rules, set func([]byte)) bool {
	value, err := d.json.ReadValue()
	if err != nil {
		return false
	}
	if value.Kind() != '"' {
		r.check(false, at, "must be a text")
		return true
	}
	d.text, _ = jsontext.AppendUnquote(d.text[:0], value)
	set(d.text)
	return true
}

// number reads a whole number that a float64 has exactly.
func (d *decoder) number(at string, r *rules, set func(int64)) bool {
	value, err := d.json.ReadValue()
	if err != nil {
		return false
	}
	n, err := strconv.ParseInt(string(value), 10, 54)
	if err != nil {
		r.check(false, at, "must be a whole number")
		return true
	}
	set(n)
	return true
}
