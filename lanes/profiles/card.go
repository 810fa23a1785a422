package profiles

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hotlane/hotlane/lanes/profiles/document"
	"github.com/hotlane/hotlane/lanes/profiles/shape"
)

// What a card and the search hold at most, in bytes.
const (
	maxShort       = 400
	maxText        = 8 << 10
	maxLink        = 2 << 10
	maxIndexedText = 200
)

// mapping is a source's card and index, with pointers that were read.
type mapping struct {
	name, bio, picture, url []document.Pointer
	fields, counts          []part
	index                   []part
}

// part is a labelled one.
type part struct {
	label string
	from  []document.Pointer
}

func newMapping(s Source) mapping {
	m := mapping{
		name: pointers(s.Card.Name), bio: pointers(s.Card.Bio), picture: pointers(s.Card.Picture), url: pointers(s.Card.URL),
		fields: parts(s.Card.Fields), counts: parts(s.Card.Counts),
	}
	for name, text := range s.Index {
		m.index = append(m.index, part{name, pointers([]string{text})})
	}
	return m
}

func parts(list []PartConfig) []part {
	out := make([]part, len(list))
	for i, p := range list {
		out[i] = part{p.Label, pointers(p.From)}
	}
	return out
}

func pointers(texts []string) []document.Pointer {
	out := make([]document.Pointer, len(texts))
	for i, text := range texts {
		out[i], _ = document.ParsePointer(text) // Validate has looked
	}
	return out
}

// drawing makes a card of a document.
type drawing struct {
	doc    *document.Node
	known  shape.Shape
	broken bool // something is not where it always was
}

// card makes a card. broken: a part of it is gone from where the source's documents have always had it, or is of a type that is
// no text: the schema changed. What a person just does not have breaks nothing.
func (m *mapping) card(doc *document.Node, known shape.Shape, id, username string) (c Card, broken bool) {
	d := &drawing{doc: doc, known: known}
	c = Card{
		ID: id, Username: username, Name: clean(d.text(m.name), maxShort), Bio: clean(d.text(m.bio), maxText),
		Picture: link(d.text(m.picture)), URL: link(d.text(m.url)),
	}
	for _, p := range m.fields {
		if text := clean(d.text(p.from), maxShort); text != "" {
			c.Fields = append(c.Fields, Field{p.label, text})
		}
	}
	for _, p := range m.counts {
		if n, ok := d.whole(p.from); ok {
			c.Counts = append(c.Counts, Count{p.label, n})
		}
	}
	return c, d.broken
}

func (d *drawing) text(from []document.Pointer) string {
	n := d.first(from, func(n *document.Node) bool { _, ok := n.Scalar(); return ok })
	text, _ := n.Scalar()
	return text
}

func (d *drawing) whole(from []document.Pointer) (int64, bool) {
	n := d.first(from, func(n *document.Node) bool { _, ok := n.Whole(); return ok })
	return n.Whole()
}

// first is the first value that is there and good; nil where none is.
func (d *drawing) first(from []document.Pointer, good func(*document.Node) bool) *document.Node {
	missed := false
	for _, p := range from {
		n := d.doc.At(p)
		switch {
		case n != nil && good(n):
			return n
		case !empty(d.doc, p) && d.expected(p):
			missed = true
		}
	}
	d.broken = d.broken || missed
	return nil
}

// empty reports whether a pointer leads to null, or into a list that is too short: the place is there, and nothing is in it.
func empty(n *document.Node, p document.Pointer) bool {
	for _, part := range p {
		up := n
		if n = n.At(document.Pointer{part}); n == nil {
			return up.Kind == document.Array || up.Kind == document.Null
		}
	}
	return n.Kind == document.Null
}

// expected reports whether the source's documents have always had something there.
func (d *drawing) expected(p document.Pointer) bool {
	if d.known.Knew(p.String()) {
		return true
	}
	items := make(document.Pointer, len(p)) // as a shape has it: all items of a list are one
	for i, part := range p {
		if items[i] = part; part != "" && strings.Trim(part, "0123456789") == "" {
			items[i] = "*"
		}
	}
	return d.known.Knew(items.String())
}

// fields are what a profile is found by: the username, and what the config names. Case does not count there.
func (m *mapping) found(doc *document.Node, username string) [][2]string {
	list := [][2]string{{"username", searchable(username)}}
	for _, p := range m.index {
		if text, ok := doc.At(p.from[0]).Scalar(); ok && text != "" {
			list = append(list, [2]string{p.label, searchable(text)})
		}
	}
	return list
}

// searchable is a text as it is searched by.
func searchable(text string) string { return fold(clean(text, maxIndexedText), true) }

// clean is a text without control characters but line ends, cut to so many bytes.
func clean(text string, most int) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r == utf8.RuneError {
			return -1
		}
		return r
	}, text))
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// link is a URL that may stand in a page: http or https with a host; "" for all else.
func link(text string) string {
	if len(text) > maxLink {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}
