package papers

import (
	"context"

	"github.com/go-json-experiment/json"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/realtime"
)

// operation is one as it is sent over a live channel. A member that is there and empty is sent: it takes a text or an image away.
type operation struct {
	T  string `json:"t"`
	ID string `json:"id,omitzero"`
	NoteFields

	Title     *string `json:"title,omitzero"`
	Recipient *string `json:"recipient,omitzero"`
	Theme     *string `json:"theme,omitzero"`
	Size      *string `json:"size,omitzero"`
	Deadline  *int64  `json:"deadline,omitzero"`
	Zone      *string `json:"zone,omitzero"`
	Writers   *string `json:"writers,omitzero"`
}

// Do does an operation on a note, as over the live channel. key is the Idempotency-Key; empty: none. Errors: as of enter; what a board
// refuses; ErrTooMany.
func (s *Service) Do(ctx context.Context, by Caller, link, key string, op *operation) (*Done, error) {
	if err := s.limit(ctx, "write", by, s.cfg.Write); err != nil {
		return nil, err
	}
	if key != "" && !goodKey(key) {
		return nil, ErrInvalid.With(field("header:Idempotency-Key", "must be 16 to 64 letters, digits, _ or -"))
	}
	a, err := s.enter(ctx, by, link)
	if err != nil {
		return nil, err
	}
	if a.Paper.State != board.Open {
		return nil, ErrClosed
	}
	if a.author == "" && key != "" {
		by.Author = s.keys.firstAuthor(a.ID, key)
		a.author = s.keys.author(a.ID, by)
	}
	who := s.authorOf(a, &by)
	at, err := s.publish(ctx, a, key, op)
	if err != nil {
		return nil, err
	}
	return &Done{Epoch: at.Epoch, Offset: at.Offset, Author: &who}, nil
}

// publish puts an operation into the log.
func (s *Service) publish(ctx context.Context, a *access, key string, op *operation) (realtime.Position, error) {
	data, err := json.Marshal(op)
	if err != nil {
		return realtime.Position{}, err
	}
	var id realtime.Op // new each time
	if key != "" {
		id = realtime.Op{Instance: s.keys.instance(a.ID, a.author, key, data), Counter: 1}
	}
	return s.live.Publish(ctx, channel(a.ID), realtime.Writer{Role: board.By{Role: a.role, Author: a.author}}, id, data)
}

const maxReason = 500 // characters

// Report tells the owner that a note is wrong. Errors: as of enter; ErrNoNote, ErrReports, ErrInvalid, ErrTooMany.
func (s *Service) Report(ctx context.Context, by Caller, link, note, reason string) error {
	if err := s.limit(ctx, "write", by, s.cfg.Write); err != nil {
		return err
	}
	if !board.CheckText(reason, maxReason) {
		return ErrInvalid.With(field("/reason", "must be at most 500 characters, without control characters"))
	}
	a, err := s.enter(ctx, by, link)
	if err != nil {
		return err
	}
	w, err := s.whole(ctx, a, a.view())
	if err != nil {
		return err
	}
	for _, n := range w.Document.Notes {
		if n.ID == note {
			author := a.author
			if author == "" { // one that is told from others by where they are
				author = "c" + text(s.keys.sum("reporter", a.ID, by.Client), 15)
			}
			return s.store.Report(ctx, a.ID, author, Report{Note: note, Reason: reason, At: s.now()})
		}
	}
	return ErrNoNote
}
