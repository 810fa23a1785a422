package papers

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Edit changes a paper. Errors: as of owned; ErrClosed, ErrInvalid, what a board refuses, ErrTooMany.
func (s *Service) Edit(ctx context.Context, by Caller, in *PaperPatch) (*Card, error) {
	a, err := s.change(ctx, by, in.Link)
	if err != nil {
		return nil, err
	}
	private := edit{Invited: in.Invited, Mail: in.Mail, Lang: in.Lang}
	var broken fault.Rules
	checkPrivate(&broken, private)
	if err := broken.Err(ErrInvalid); err != nil {
		return nil, err
	}
	op := &operation{
		T: "paper.edit", Title: in.Title, Recipient: in.Recipient, Theme: in.Theme, Size: in.Size, Zone: in.Zone, Writers: in.Writers,
	}
	if in.Deadline != nil {
		var at int64
		if !in.Deadline.IsZero() {
			at = in.Deadline.UnixMilli()
		}
		op.Deadline = &at
	}
	if *op != (operation{T: "paper.edit"}) {
		if a.over {
			return nil, ErrClosed
		}
		if _, err := s.publish(ctx, a, "", op); err != nil {
			return nil, err
		}
	}
	if private != (edit{}) {
		if err := s.store.Edit(ctx, a.ID, private); err != nil {
			return nil, err
		}
	}
	return s.fresh(ctx, a)
}

// change is owned for what changes something.
func (s *Service) change(ctx context.Context, by Caller, link string) (*access, error) {
	if err := s.limit(ctx, "write", by, s.cfg.Write); err != nil {
		return nil, err
	}
	return s.owned(ctx, by, link)
}

// fresh is the card as it is now.
func (s *Service) fresh(ctx context.Context, a *access) (*Card, error) {
	r, err := s.store.Paper(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	now := *a
	now.record, now.over = r, r.Paper.Over(s.now())
	c := s.card(&now)
	return &c, nil
}

// Close ends the writing on a paper; on one that is closed it changes nothing. Errors: as of owned; ErrTooMany.
func (s *Service) Close(ctx context.Context, by Caller, link string) (*Card, error) {
	a, err := s.change(ctx, by, link)
	if err != nil {
		return nil, err
	}
	if err := s.end(ctx, a, "paper.close"); err != nil {
		return nil, err
	}
	return s.fresh(ctx, a)
}

// Deliver hands a paper over to its recipient, who is mailed if an address is known; an open one is closed. Delivering what is delivered
// changes nothing. Errors: as of owned; ErrTooMany.
func (s *Service) Deliver(ctx context.Context, by Caller, link string) (*Card, error) {
	a, err := s.change(ctx, by, link)
	if err != nil {
		return nil, err
	}
	if err := s.end(ctx, a, "paper.deliver"); err != nil {
		return nil, err
	}
	now := s.now()
	if err := s.store.Deliver(ctx, a.ID, now, s.cfg.endsAt(a.Paper, a.Created, now)); err != nil { // one that was closed before
		return nil, err
	}
	return s.fresh(ctx, a)
}

// end puts the last entry into an open paper's log. That it is closed already is no error.
func (s *Service) end(ctx context.Context, a *access, how string) error {
	if a.Paper.State != board.Open {
		return nil
	}
	_, err := s.publish(ctx, a, "", &operation{T: how})
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// Delete takes a paper out of sight at once; its log and images are erased soon after. Errors: as of owned; ErrTooMany.
func (s *Service) Delete(ctx context.Context, by Caller, link string) error {
	a, err := s.change(ctx, by, link)
	if err != nil {
		return err
	}
	return s.store.Remove(ctx, a.ID)
}

// closeDue closes a paper whose deadline has come. Jobs run late, twice, or after the deadline was moved.
func (s *Service) closeDue(ctx context.Context, job paperJob) error {
	r, err := s.store.Paper(ctx, job.Paper)
	if errors.Is(err, ErrNoPaper) {
		return nil
	}
	if err != nil || r.Paper.State != board.Open || !r.Paper.Over(s.now()) {
		return err
	}
	return s.end(ctx, &access{record: r, role: board.Owner}, "paper.close")
}

// fold lets go of what a closed paper does not need any more: its live channel, with the log, and images that nothing shows.
func (s *Service) fold(ctx context.Context, job paperJob) error {
	r, err := s.store.Paper(ctx, job.Paper)
	if errors.Is(err, ErrNoPaper) {
		return nil
	}
	if err != nil || r.Paper.State == board.Open {
		return err
	}
	if err := s.live.Forget(ctx, channel(r.ID)); err != nil {
		return err
	}
	return s.tidyImages(ctx, r)
}

// erase removes what is left of a paper that was taken out of sight.
func (s *Service) erase(ctx context.Context, job paperJob) error {
	if err := s.live.Forget(ctx, channel(job.Paper)); err != nil {
		return err
	}
	if err := s.images.DeleteGroup(ctx, job.Paper); err != nil {
		return err
	}
	return s.store.Erase(ctx, job.Paper)
}

const (
	sweepBatch = 500
	loosened   = 6 * time.Hour // an image that was uploaded is about to be shown; who is offline shows it later
)

// sweep erases papers whose time is over, and removes images that nothing shows. It also closes and erases what other jobs should have.
func (s *Service) sweep(ctx context.Context) error {
	now := s.now()
	due, err := s.store.Due(ctx, now.Add(-time.Minute), sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range due {
		if err := s.closeDue(ctx, paperJob{id}); err != nil {
			return err
		}
	}
	ended, err := s.store.Ended(ctx, now, sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range ended {
		if err := s.store.Remove(ctx, id); err != nil {
			return err
		}
	}
	loose, err := s.store.Loose(ctx, now.Add(-loosened), sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range loose {
		r, err := s.store.Paper(ctx, id)
		if err == nil {
			err = s.tidyImages(ctx, r)
		}
		if err != nil && !errors.Is(err, ErrNoPaper) && !errors.Is(err, ErrClosed) {
			return err
		}
	}
	gone, err := s.store.Gone(ctx, sweepBatch)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := s.erase(ctx, paperJob{id}); err != nil {
			return err
		}
	}
	return nil
}

// shown says which images the notes of a paper have, hidden ones too. Error: ErrClosed, when it was closed since r was read.
func (s *Service) shown(ctx context.Context, r *record) (map[string]bool, error) {
	shown := map[string]bool{}
	collect := func(d *board.Document) {
		for _, n := range d.Notes {
			if n.Image != "" {
				shown[imageID(n.Image)] = true
			}
		}
	}
	if r.Paper.State == board.Open {
		err := s.live.Look(ctx, channel(r.ID), func(in realtime.Room, _ realtime.Position) { collect(in.(*room).board.Document(board.All)) })
		return shown, err
	}
	d, err := board.ReadDocument(r.Document)
	if err != nil {
		return nil, refused(err)
	}
	collect(d)
	return shown, nil
}
