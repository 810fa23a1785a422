package board

import "strings"

// Reason is why an operation is refused.
type Reason uint8

// The reasons.
const (
	Broken    Reason = iota // it breaks rules, which the refusal names
	IsClosed                // the paper is
	ReadOnly                // the role only looks
	NotOwner                // only the paper's owner may
	NotYours                // somebody else wrote the note
	NoNote                  // there is none of the id
	NoteGone                // it was deleted
	NoteThere               // a new note has the id of another, deleted ones counted
	IsHidden                // the note is: its author may only delete it, and nobody changes what it says
	IsFull                  // MaxNotes
	IsWorn                  // MaxMade
)

var reasons = [...]string{
	"breaks a rule", "the paper is closed", "the role is for reading", "only the owner may", "somebody else wrote the note", "there is no such note",
	"the note was deleted", "there is a note of this id", "the note is hidden", "the paper is full", "too many notes were made",
}

// Refusal is the error of an operation that is not done.
type Refusal struct {
	Reason Reason
	Rules  []Rule // that are broken, at most 8
}

// Rule is one that one member breaks.
type Rule struct{ Pointer, Text string }

func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString("board: " + reasons[r.Reason])
	for _, one := range r.Rules {
		b.WriteString("; " + one.Pointer + " " + one.Text)
	}
	return b.String()
}

func refuse(r Reason) error { return &Refusal{Reason: r} }

// rules collects what something breaks.
type rules struct{ broken []Rule }

func (r *rules) check(ok bool, pointer, text string) {
	if !ok && len(r.broken) < 8 {
		r.broken = append(r.broken, Rule{pointer, text})
	}
}

func (r *rules) err() error {
	if len(r.broken) == 0 {
		return nil
	}
	return &Refusal{Broken, r.broken}
}
