package papers

import (
	"errors"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/fault"
)

// What the lane refuses, and why.
var (
	ErrNoPaper      = fault.New(fault.NotFound, "papers.no_paper", "There is no such paper, or the link is not whole.")
	ErrInvalid      = fault.New(fault.Invalid, "papers.invalid", "Some of what was sent breaks a rule.")
	ErrNotInvited   = fault.New(fault.Forbidden, "papers.not_invited", "Only who was invited may write on this paper.")
	ErrNotDelivered = fault.New(fault.Conflict, "papers.not_delivered", "The paper has not been delivered yet.")
	ErrNeedsUser    = fault.New(fault.Unauthorized, "papers.needs_user", "Only known users may make papers here.")
	ErrTooManyOwn   = fault.New(fault.Conflict, "papers.too_many_own", "The user has as many papers as may be.")
	ErrTooMany      = fault.New(fault.Limited, "papers.too_many", "Too much at once: come back in a while.").After(time.Second)
	ErrToken        = fault.New(fault.Forbidden, "papers.token", "The token is not one for this paper.")
	ErrMessage      = fault.New(fault.Invalid, "papers.message", "The message breaks a rule.")
	ErrImage        = fault.New(fault.Invalid, "papers.image", "The file is no picture that can be read.")
	ErrImageType    = fault.New(fault.Unsupported, "papers.image_type", "Send a picture: image/jpeg, image/png, image/webp or image/gif, or a form with one file.")
	ErrImageSize    = fault.New(fault.TooLarge, "papers.image_size", "The picture is larger than pictures may be.")
	ErrImages       = fault.New(fault.Conflict, "papers.images", "The paper has as many pictures as it may have.")
	ErrNoImage      = fault.New(fault.NotFound, "papers.no_image", "There is no such picture on this paper.")
	ErrReports      = fault.New(fault.Conflict, "papers.reports", "As many reports as may be are waiting for the owner.")
	ErrFormat       = fault.New(fault.Invalid, "papers.format", "There is no such format.").With(fault.Field{Pointer: "query:format", Rule: "must be html or json"})
	ErrExports      = fault.New(fault.Limited, "papers.exports", "As many exports run as may at a time.").After(5 * time.Second)

	// What a board refuses; see board.Reason.
	ErrOp        = fault.New(fault.Invalid, "papers.op", "The operation breaks a rule.")
	ErrClosed    = fault.New(fault.Conflict, "papers.closed", "The paper is closed.")
	ErrReadOnly  = fault.New(fault.Forbidden, "papers.read_only", "This link is for reading.")
	ErrNotOwner  = fault.New(fault.Forbidden, "papers.not_owner", "Only the paper's owner may do this.")
	ErrNotYours  = fault.New(fault.Forbidden, "papers.not_yours", "Somebody else wrote this note.")
	ErrNoNote    = fault.New(fault.NotFound, "papers.no_note", "There is no such note.")
	ErrNoteGone  = fault.New(fault.Gone, "papers.note_gone", "The note was deleted.")
	ErrNoteThere = fault.New(fault.Conflict, "papers.note_there", "There is, or was, a note of this id.")
	ErrHidden    = fault.New(fault.Conflict, "papers.hidden", "The note is hidden: nobody changes it until it is shown again.")
	ErrFull      = fault.New(fault.Conflict, "papers.full", "The paper is full: it has "+strconv.Itoa(board.MaxNotes)+" notes.")
	ErrWorn      = fault.New(fault.Conflict, "papers.worn", "As many notes were made on this paper as may be: "+strconv.Itoa(board.MaxMade)+".")
	ErrNewer     = fault.New(fault.Unavailable, "papers.newer", "A newer version of the program wrote this paper.")
)

// refused makes a fault of what a board says.
func refused(err error) error {
	if errors.Is(err, board.ErrNewer) {
		return ErrNewer.Because(err)
	}
	r, ok := errors.AsType[*board.Refusal](err)
	if !ok {
		return err
	}
	switch r.Reason {
	case board.IsClosed:
		return ErrClosed
	case board.ReadOnly:
		return ErrReadOnly
	case board.NotOwner:
		return ErrNotOwner
	case board.NotYours:
		return ErrNotYours
	case board.NoNote:
		return ErrNoNote
	case board.NoteGone:
		return ErrNoteGone
	case board.NoteThere:
		return ErrNoteThere
	case board.IsHidden:
		return ErrHidden
	case board.IsFull:
		return ErrFull
	case board.IsWorn:
		return ErrWorn
	}
	return ErrOp.With(fieldsOf(r.Rules)...)
}

func fieldsOf(broken []board.Rule) (fields []fault.Field) {
	for _, one := range broken {
		fields = append(fields, fault.Field{Pointer: one.Pointer, Rule: one.Text})
	}
	return fields
}
