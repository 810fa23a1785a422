package board

import (
	"bytes"
	"slices"
)

// entry is what all get of a change that was decided.
func (b *Board) entry(c *change) []byte {
	to := append(make([]byte, 0, 160+len(c.note.Text)), '{')
	to = member(to, "t", kinds[c.kind])
	if c.kind < paperEdit {
		to = member(to, "id", c.note.ID)
	}
	if c.by != "" {
		to = member(to, "by", c.by)
	}
	to = number(to, "at", c.at)
	if c.ref != "" {
		to = member(to, "ref", c.ref)
	}
	if c.kind == notePut && c.fresh {
		to = append(to, `,"new":true`...)
	}
	for i, name := range members {
		f := fields(1) << i
		if c.has&f&(place|inside|sheet) == 0 {
			continue
		}
		switch n := c.number(f); {
		case f == hasDeadline:
			to = number(to, name, c.paper.Deadline)
		case n != nil:
			to = number(to, name, int64(*n))
		default:
			to = member(to, name, *c.text(f))
		}
	}
	if c.kind == noteUnhide {
		n := *b.notes[c.note.ID]
		n.Hidden = false
		to = n.append(key(to, "note"))
	}
	return append(to, '}')
}

// Is says whether an entry is of this t.
func Is(entry []byte, t string) bool {
	rest, ok := bytes.CutPrefix(entry, []byte(`{"t":"`))
	return ok && len(rest) > len(t) && string(rest[:len(t)]) == t && rest[len(t)] == '"'
}

// SetsImage says whether an entry gives a note an image or takes it away.
func SetsImage(entry []byte) bool { return bytes.Contains(entry, []byte(`,"image":"`)) }

// SetsDeadline says whether an entry changes the paper's deadline.
func SetsDeadline(entry []byte) bool { return bytes.Contains(entry, []byte(`,"deadline":`)) }

// Apply folds an entry in. What it does not know, and what is for a note that is not there, it leaves alone.
func (b *Board) Apply(entry []byte) {
	var c change
	b.dec.decode(entry, &c, true, &rules{})
	switch c.kind {
	case paperEdit:
		p := b.paper
		mergePaper(&p, &c)
		b.setPaper(p)
		return
	case paperClose:
		b.paper.State = Closed
		return
	case paperDeliver:
		b.paper.State = Delivered
		return
	}
	n := b.notes[c.note.ID]
	switch {
	case n == nil:
		b.applyNew(&c)
	case c.kind == notePut || c.kind == noteMove:
		merge(n, &c)
		b.top = max(b.top, n.Z)
		if c.has&inside != 0 {
			n.Edited = c.at
		}
	case c.kind == noteDelete:
		delete(b.notes, n.ID)
		b.order = slices.DeleteFunc(b.order, func(o *Note) bool { return o == n })
		b.gone[n.ID] = true
	case c.kind == noteHide:
		n.Hidden = true
	case c.kind == noteUnhide:
		if c.whole != nil {
			*n = *c.whole
		}
		n.Hidden = false
	}
}

func (b *Board) applyNew(c *change) {
	if c.kind != notePut || !c.fresh || c.note.ID == "" || b.gone[c.note.ID] {
		return
	}
	n := c.note
	n.By, n.At = c.by, c.at
	b.add(&n)
}

// merge gives a note the fields that a change names.
func merge(n *Note, c *change) {
	from := change{note: *n}
	for i := range members {
		f := fields(1) << i
		if c.has&f&(place|inside) == 0 {
			continue
		}
		if to := from.number(f); to != nil {
			*to = *c.number(f)
		} else {
			*from.text(f) = *c.text(f)
		}
	}
	*n = from.note
}

func mergePaper(p *Paper, c *change) {
	from := change{paper: *p}
	for i := range members {
		f := fields(1) << i
		switch {
		case c.has&f&sheet == 0:
		case f == hasDeadline:
			from.paper.Deadline = c.paper.Deadline
		default:
			*from.text(f) = *c.text(f)
		}
	}
	*p = from.paper
}
