package board

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Decide checks an operation by whoever sent it, and makes the entry of it that all get. It changes nothing. The error is a *Refusal.
func (b *Board) Decide(by By, data []byte, now time.Time) ([]byte, error) {
	var c change
	var r rules
	b.dec.decode(data, &c, false, &r)
	if c.kind == unknown {
		r.check(false, "/t", "must be one of "+strings.Join(kinds[1:], ", "))
		return nil, r.err()
	}
	for i := range members {
		if extra := c.has &^ allowed[c.kind]; extra&(1<<i) != 0 {
			r.check(false, pointers[i], "is not a member of "+kinds[c.kind])
		}
	}
	if c.has&hasRef != 0 {
		r.check(len(c.ref) <= MaxRef && letters(c.ref, "_:.-"), "/ref", "must be at most 40 letters, digits, _, :, . or -")
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	c.by, c.at = by.Author, now.UnixMilli()
	if err := b.may(by, &c, now); err != nil {
		return nil, err
	}
	var err error
	switch c.kind {
	case notePut:
		err = b.decidePut(by, &c)
	case noteMove:
		err = b.decideMove(&c)
	case paperEdit:
		err = b.decideEdit(&c, now)
	}
	if err != nil {
		return nil, err
	}
	return b.entry(&c), nil
}

// Over says that the paper takes nothing any more: it is closed, or its deadline has come.
func (p *Paper) Over(now time.Time) bool {
	return p.State != Open || p.Deadline != 0 && now.UnixMilli() >= p.Deadline
}

// May says whether somebody may move or change a note now: for what goes beside the log.
func (b *Board) May(by By, id string, now time.Time) error {
	return b.may(by, &change{kind: noteMove, note: Note{ID: id}}, now)
}

// may decides who may do what, in which state.
func (b *Board) may(by By, c *change, now time.Time) error {
	switch {
	case by.Role == Reader:
		return refuse(ReadOnly)
	case c.kind == paperClose || c.kind == paperDeliver: // also after the deadline
		if b.paper.State != Open {
			return refuse(IsClosed)
		}
	case b.paper.Over(now):
		return refuse(IsClosed)
	}
	if c.kind >= noteHide && by.Role != Owner {
		return refuse(NotOwner)
	}
	if c.kind >= paperEdit {
		return nil
	}
	if !noteID(c.note.ID) {
		return &Refusal{Broken, []Rule{{"/id", "must be n and 8 to 24 letters and digits"}}}
	}
	n := b.notes[c.note.ID]
	switch {
	case n == nil && b.gone[c.note.ID]:
		return refuse(NoteGone)
	case n == nil && (c.kind != notePut || c.has&hasNew != 0 && !c.fresh):
		return refuse(NoNote)
	case n == nil:
		return nil
	case by.Role != Owner && n.By != by.Author:
		return refuse(NotYours)
	case n.Hidden && (c.kind == notePut || by.Role != Owner && c.kind != noteDelete): // what is put, all would get
		return refuse(IsHidden)
	}
	return nil
}

func (b *Board) decidePut(by By, c *change) error {
	old := b.notes[c.note.ID]
	switch {
	case old != nil && c.has&hasNew != 0 && c.fresh:
		return refuse(NoteThere)
	case old == nil && len(b.order) >= MaxNotes:
		return refuse(IsFull)
	case old == nil && len(b.order)+len(b.gone) >= MaxMade:
		return refuse(IsWorn)
	}
	c.note.Text, c.fresh = plain(c.note.Text), old == nil
	var r rules
	b.checkLooks(c, &r)
	b.checkPlace(c, &r)
	if old == nil {
		r.check(c.has&hasName != 0, "/name", "must be given for a new note")
		r.check(c.has&hasX != 0, "/x", "must be given for a new note")
		r.check(c.has&hasY != 0, "/y", "must be given for a new note")
		r.check(!blank(c.note.Text) || c.note.Image != "", "/text", "must be given for a new note, or an image")
		b.complete(by, c)
		return r.err()
	}
	n := *old
	merge(&n, c)
	r.check(!blank(n.Text) || n.Image != "", "/text", "must not be empty where there is no image")
	r.check(c.has&(place|inside) != 0, "", "must name at least one member of the note")
	return r.err()
}

// complete gives a new note what it was not sent with.
func (b *Board) complete(by By, c *change) {
	n := &c.note
	n.By, n.At = by.Author, c.at
	if n.Color == "" {
		n.Color = colors[0]
	}
	if n.Font == "" {
		n.Font = fonts[0]
	}
	if c.has&hasW == 0 {
		n.W = Width
	}
	if c.has&hasZ == 0 {
		n.Z = min(b.top+1, MaxZ)
	}
	c.has |= place | inside
	if n.Image == "" {
		c.has &^= hasImage
	}
}

func (b *Board) checkLooks(c *change, r *rules) {
	n := &c.note
	if c.has&hasName != 0 {
		r.line(n.Name, "/name", MaxName, "must be 1 to 40 characters on one line")
	}
	if c.has&hasText != 0 {
		r.check(countUpTo(n.Text, MaxText+1) <= MaxText, "/text", "must be at most 1000 characters")
		r.check(strings.Count(n.Text, "\n") < MaxLines, "/text", "must be at most 40 lines")
		r.check(clean(n.Text, true), "/text", "must have no control characters and no marks of direction")
	}
	if c.has&hasColor != 0 {
		r.oneOf(n.Color, "/color", colors)
	}
	if c.has&hasFont != 0 {
		r.oneOf(n.Font, "/font", fonts)
	}
	if c.has&hasW != 0 {
		r.between(n.W, "/w", MinWidth, MaxWidth)
	}
	if c.has&hasImage != 0 && n.Image != "" {
		good := imageName(n.Image) && (b.checks.Image == nil || b.checks.Image(n.Image))
		r.check(good, "/image", "must be an image that was uploaded to this paper, or empty")
	}
}

func (b *Board) checkPlace(c *change, r *rules) {
	n := &c.note
	if c.has&hasX != 0 {
		r.between(n.X, "/x", 0, b.paper.W)
	}
	if c.has&hasY != 0 {
		r.between(n.Y, "/y", 0, b.paper.H)
	}
	if c.has&hasRot != 0 {
		r.between(n.Rot, "/rot", -MaxTurn, MaxTurn)
	}
	if c.has&hasZ != 0 {
		r.between(n.Z, "/z", 0, MaxZ)
	}
}

func (b *Board) decideMove(c *change) error {
	var r rules
	b.checkPlace(c, &r)
	r.check(c.has&place != 0, "", "must name x, y, rot or z")
	return r.err()
}

func (b *Board) decideEdit(c *change, now time.Time) error {
	var r rules
	r.check(c.has&sheet != 0, "", "must name at least one member of the paper")
	checkSheet(&c.paper, c.has, b.checks, now, &r)
	if s, ok := SizeOf(c.paper.Size); ok && c.has&hasSize != 0 {
		fit := !slices.ContainsFunc(b.order, func(n *Note) bool { return n.X > s.Width || n.Y > s.Height })
		r.check(fit, "/size", "must be large enough for all notes")
	}
	return r.err()
}

// CheckPaper names the rules that a new paper breaks.
func CheckPaper(p Paper, c Checks, now time.Time) []Rule {
	var r rules
	has := sheet
	if p.Deadline == 0 {
		has &^= hasDeadline
	}
	checkSheet(&p, has, c, now, &r)
	return r.broken
}

// MaxAhead is how far a deadline may lie ahead.
const MaxAhead = 366 * 24 * time.Hour

func checkSheet(p *Paper, has fields, checks Checks, now time.Time, r *rules) {
	if has&hasTitle != 0 {
		r.line(p.Title, "/title", MaxTitle, "must be 1 to 100 characters on one line")
	}
	if has&hasRecipient != 0 {
		r.line(p.Recipient, "/recipient", MaxRecipient, "must be 1 to 60 characters on one line")
	}
	if has&hasTheme != 0 {
		r.oneOf(p.Theme, "/theme", themes)
	}
	if has&hasSize != 0 {
		_, ok := SizeOf(p.Size)
		r.check(ok, "/size", "must be small, medium, large or huge")
	}
	if has&hasDeadline != 0 && p.Deadline != 0 {
		ahead := p.Deadline > now.UnixMilli() && p.Deadline <= now.Add(MaxAhead).UnixMilli()
		r.check(ahead, "/deadline", "must lie ahead, by at most 366 days")
	}
	if has&hasZone != 0 {
		good := len(p.Zone) <= 60 && p.Zone != "" && p.Zone != "Local" && letters(p.Zone, "/_+-")
		r.check(good && (checks.Zone == nil || checks.Zone(p.Zone)), "/zone", "must be the name of a time zone, such as Asia/Seoul")
	}
	if has&hasWriters != 0 {
		r.check(p.Writers == WritersLink || p.Writers == WritersInvited, "/writers", "must be link or invited")
	}
}

func (r *rules) oneOf(s, pointer string, of []string) {
	if !slices.Contains(of, s) {
		r.check(false, pointer, "must be one of "+strings.Join(of, ", "))
	}
}

func (r *rules) between(n int, pointer string, least, most int) {
	if n < least || n > most {
		r.check(false, pointer, "must be "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
}
