package waitlist

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/platform/notify"
)

// giveUp is after how many failures in a row, with nothing sent between them, a job takes the mail server for gone and waits.
const giveUp = 16

var errUnsent = errors.New("waitlist: some mails were not taken yet")

// sendMails sends what of a job has not been sent. Each mail is marked when it is handed over, so that trying again sends the rest
// only; a crash between the two sends one again, under the same Message-ID. Each attempt takes them in another order: a few whose
// server is down do not keep the others waiting.
func (s *Service) sendMails(ctx context.Context, job mailJob) error {
	var g errgroup.Group
	g.SetLimit(s.cfg.Senders)
	var row, unsent atomic.Int64
	for _, i := range rand.Perm(len(job.Items)) {
		item := job.Items[i]
		g.Go(func() error {
			if row.Load() >= giveUp || ctx.Err() != nil {
				unsent.Add(1)
				return nil
			}
			if err := s.sendOne(ctx, item); err != nil {
				s.metrics.failed.Inc()
				row.Add(1)
				unsent.Add(1)
				return err
			}
			row.Store(0)
			return nil
		})
	}
	err := g.Wait()
	if n := unsent.Load(); n > 0 {
		return fmt.Errorf("%w: %d of %d: %w", errUnsent, n, len(job.Items), errors.Join(err, ctx.Err()))
	}
	return nil
}

func (s *Service) sendOne(ctx context.Context, item mailItem) error {
	r, err := s.store.Signup(ctx, item.List, item.ID)
	if errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil || r.wants&item.Kind.bit() == 0 {
		return err // it was sent, or they left
	}
	l, err := s.shelf.get(item.List)
	if err != nil {
		return err
	}
	if !item.Kind.fits(r.Stage) { // overtaken by what happened since
		return s.store.Sent(ctx, item, false, s.now())
	}
	err = s.tell(ctx, l, r, item)
	bounced := errors.Is(err, notify.ErrRejected)
	if err != nil && !bounced {
		return err
	}
	if bounced {
		s.metrics.bounced.Inc()
	} else {
		s.metrics.sent.Inc()
	}
	return s.store.Sent(ctx, item, bounced, s.now())
}

// fits reports whether a message still says what is so.
func (k mailKind) fits(stage Stage) bool {
	switch k {
	case mailConfirm:
		return stage == Pending
	case mailWelcome:
		return stage == Waiting
	case mailInvite:
		return stage == Invited
	}
	return stage == Waiting || stage == Invited
}

// Letter is what the templates of mails are filled with.
type Letter struct {
	Name, List, Site string
	Position, Total  int64
	Invited          bool
	Places           int    // that a referral gains; 0: none
	Lasts            string // how long the link works: "7 days"
	ConfirmURL       string
	StatusURL        string
	ShareURL         string
	StartURL         string // where who is invited begins: the site's home, else the status page
	LeaveURL         string
}

// lasting says a duration in whole days where it is that, else in hours.
func lasting(d time.Duration, lang string) string {
	n, ko, en := int(d.Hours()), "시간", "hour"
	if n%24 == 0 {
		n, ko, en = n/24, "일", "day"
	}
	if n != 1 {
		en += "s"
	}
	if lang == "ko" {
		return fmt.Sprintf("%d%s", n, ko)
	}
	return fmt.Sprintf("%d %s", n, en)
}

// tell sends one message, by mail or through the webhook of the list.
func (s *Service) tell(ctx context.Context, l *List, r *record, item mailItem) error {
	letter, err := s.letter(ctx, l, r, item)
	if err != nil {
		return err
	}
	id := messageID(string(item.Kind), r.ID, item.At)
	if isPhone(r.Address) {
		return s.tellPhone(ctx, l, r, item, id, letter)
	}
	m, err := s.letters.Mail(string(item.Kind), r.Lang, letter)
	if err != nil {
		return err
	}
	m.To, m.ID, m.Lang = r.Address, id, r.Lang
	m.Unsubscribe = s.links.oneClick(s.keys.sign(toLeave, l.Slug, r.ID, time.Time{}))
	return s.mail.Send(ctx, m)
}

func (s *Service) letter(ctx context.Context, l *List, r *record, item mailItem) (*Letter, error) {
	letter := &Letter{
		List: l.Name.In(r.Lang), Site: l.Site, Places: l.Referral.Places, Lasts: lasting(s.cfg.ConfirmTTL, r.Lang),
		LeaveURL: s.links.leave(s.keys.sign(toLeave, l.Slug, r.ID, time.Time{})),
	}
	if item.Kind == mailConfirm {
		end := s.now().Add(s.cfg.ConfirmTTL) // from when it is sent: the server may have been down for days
		letter.ConfirmURL = s.links.confirm(s.keys.sign(toConfirm, l.Slug, r.ID, end))
		return letter, nil // without the name: who gave it may not be who reads it
	}
	if !l.SingleOptIn { // there, too
		letter.Name = r.Name
	}
	p, err := s.position(ctx, l.Slug, r.ID)
	if err != nil {
		return nil, err
	}
	letter.Position, letter.Total, letter.Invited = p.Position, p.Total, p.Invited
	letter.StatusURL, letter.ShareURL, letter.StartURL = p.StatusURL, p.ShareURL, p.StatusURL
	if l.SiteURL != "" {
		letter.StartURL = l.SiteURL
	}
	return letter, nil
}
