package papers

import (
	"context"
	"net/http"
)

// ByNote names a note, and who asks.
type ByNote struct {
	ByAuthor
	Note string `path:"note" json:"-" maxLength:"25"`
	Key  string `header:"Idempotency-Key" json:"-" maxLength:"64" doc:"16 to 64 letters, digits, _ or -, made at random: sent again, it is done once"`
}

// Headers of the answer: it may have a token.
func (*Done) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

// PutNote is what is sent to write a note.
type PutNote struct {
	ByNote
	NoteFields
}

func (l *Lane) putNote(ctx context.Context, in *PutNote) (*Done, error) {
	return l.do(ctx, &in.ByNote, &operation{T: "note.put", NoteFields: in.NoteFields})
}

func (l *Lane) do(ctx context.Context, in *ByNote, op *operation) (*Done, error) {
	op.ID = in.Note
	return l.Do(ctx, callerOf(ctx, in.Author), in.Link, in.Key, op)
}

// MoveNote is what is sent to move one.
type MoveNote struct {
	ByNote
	X   *int `json:"x,omitempty"`
	Y   *int `json:"y,omitempty"`
	Rot *int `json:"rot,omitempty"`
	Z   *int `json:"z,omitempty"`
}

func (l *Lane) moveNote(ctx context.Context, in *MoveNote) (*Done, error) {
	return l.do(ctx, &in.ByNote, &operation{T: "note.move", NoteFields: NoteFields{X: in.X, Y: in.Y, Rot: in.Rot, Z: in.Z}})
}

func (l *Lane) deleteNote(ctx context.Context, in *ByNote) (*Done, error) {
	return l.do(ctx, in, &operation{T: "note.delete"})
}

// HideNote is what is sent to hide one.
type HideNote struct {
	ByNote
	Hidden bool `json:"hidden"`
}

func (l *Lane) hideNote(ctx context.Context, in *HideNote) (*Done, error) {
	op := operation{T: "note.unhide"}
	if in.Hidden {
		op.T = "note.hide"
	}
	return l.do(ctx, &in.ByNote, &op)
}

// ReportNote is what is sent to report one.
type ReportNote struct {
	ByNote
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

func (l *Lane) reportNote(ctx context.Context, in *ReportNote) (*Nothing, error) {
	return nil, l.Report(ctx, callerOf(ctx, in.Author), in.Link, in.Note, in.Reason)
}
