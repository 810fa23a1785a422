package papers

import (
	"context"
	"errors"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/notify"
)

// Letter is what the templates of mails are filled with.
type Letter struct {
	Title, Recipient string
	Notes            int
	URL              string
}

// tellRecipient sends the link to the recipient of a delivered paper. What the server refuses for good is noted, for the owner to see.
func (s *Service) tellRecipient(ctx context.Context, job paperJob) error {
	r, err := s.store.Paper(ctx, job.Paper)
	if errors.Is(err, ErrNoPaper) {
		return nil
	}
	if err != nil || r.Mailed != "waiting" || r.Mail == "" {
		return err
	}
	d, err := board.ReadDocument(r.Document)
	if err != nil {
		return refused(err)
	}
	m, err := s.letters.Mail("deliver", r.Lang, &Letter{
		Title: r.Paper.Title, Recipient: r.Paper.Recipient, Notes: len(d.View(board.Kept).Notes), URL: s.links(r.ID).ReadURL,
	})
	if err != nil {
		return err
	}
	m.To, m.ID, m.Lang = r.Mail, "paper-"+r.ID+"-"+linkHash(r.Mail)[:8], r.Lang
	result := "sent"
	if err := s.mail.Send(ctx, m); errors.Is(err, notify.ErrRejected) {
		result = "refused"
	} else if err != nil {
		return err
	}
	return s.store.Mailed(ctx, r.ID, r.Mail, result)
}
