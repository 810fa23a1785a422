package board

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
)

// Checks are what a board cannot know by itself. Both must not block; nil: all are good.
type Checks struct {
	Image func(name string) bool // it was uploaded to this paper
	Zone  func(name string) bool // there is a time zone of this name
}

// Board is one paper with its notes. Calls must not overlap.
type Board struct {
	paper  Paper
	checks Checks
	notes  map[string]*Note
	order  []*Note         // as they were made
	gone   map[string]bool // ids of deleted notes
	top    int             // the highest z
	dec    decoder
}

// New is an empty board. The paper's W and H follow from its size.
func New(p Paper, c Checks) *Board {
	b := &Board{checks: c, notes: map[string]*Note{}, gone: map[string]bool{}}
	b.setPaper(p)
	return b
}

func (b *Board) setPaper(p Paper) {
	if s, ok := SizeOf(p.Size); ok {
		p.W, p.H = s.Width, s.Height
	}
	b.paper = p
}

// Paper is the paper as it is now.
func (b *Board) Paper() Paper { return b.paper }

// SetPaper replaces what all see of the paper, beside the log: for whoever keeps it elsewhere.
func (b *Board) SetPaper(p Paper) { b.setPaper(p) }

// Len is how many notes there are.
func (b *Board) Len() int { return len(b.order) }

// Note is one of them.
func (b *Board) Note(id string) (Note, bool) {
	if n := b.notes[id]; n != nil {
		return *n, true
	}
	return Note{}, false
}

// Shows reports whether a note has this image.
func (b *Board) Shows(image string) bool {
	return slices.ContainsFunc(b.order, func(n *Note) bool { return n.Image == image })
}

// View is how much of a board is shown.
type View uint8

// The views.
const (
	All    View = iota // everything, for the owner and for what is kept
	Shared             // of hidden notes their places alone
	Kept               // without hidden notes: what the recipient gets
)

// Document is the board as this view shows it.
func (b *Board) Document(v View) *Document {
	d := &Document{V: Version, Paper: b.paper, Notes: make([]Note, 0, len(b.order))}
	for _, n := range b.order {
		switch {
		case !n.Hidden || v == All:
			d.Notes = append(d.Notes, *n)
		case v == Shared:
			d.Notes = append(d.Notes, n.place())
		}
	}
	return d
}

// View narrows a document to what this view shows.
func (d *Document) View(v View) *Document {
	narrow := &Document{V: d.V, Paper: d.Paper, Notes: make([]Note, 0, len(d.Notes))}
	for _, n := range d.Notes {
		switch {
		case !n.Hidden || v == All:
			narrow.Notes = append(narrow.Notes, n)
		case v == Shared:
			narrow.Notes = append(narrow.Notes, n.place())
		}
	}
	return narrow
}

// place is what is shown of a hidden note.
func (n *Note) place() Note {
	return Note{ID: n.ID, By: n.By, X: n.X, Y: n.Y, W: n.W, Rot: n.Rot, Z: n.Z, At: n.At, Hidden: true}
}

// ErrNewer is a checkpoint of a newer version, which this one must not write over.
var ErrNewer = errors.New("board: a newer version of the program wrote this")

// checkpoint is a document with what decisions need beside it.
type checkpoint struct {
	Document
	Gone []string `json:"gone"`
}

// Read makes a board of a checkpoint. Errors: ErrNewer; one that says what is wrong with it.
func Read(data []byte, c Checks) (*Board, error) {
	var version struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("board: this is no checkpoint: %w", err)
	}
	if version.V > Version {
		return nil, fmt.Errorf("%w: %d, this one knows %d", ErrNewer, version.V, Version)
	}
	var k checkpoint
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("board: this is no checkpoint: %w", err)
	}
	b := New(k.Paper, c)
	for i := range k.Notes {
		b.add(&k.Notes[i])
	}
	for _, id := range k.Gone {
		b.gone[id] = true
	}
	return b, nil
}

// ReadDocument reads what Checkpoint or Snapshot made. Errors as of Read.
func ReadDocument(data []byte) (*Document, error) {
	b, err := Read(data, Checks{})
	if err != nil {
		return nil, err
	}
	return b.Document(All), nil
}

func (b *Board) add(n *Note) {
	b.notes[n.ID] = n
	b.order = append(b.order, n)
	b.top = max(b.top, n.Z)
}
