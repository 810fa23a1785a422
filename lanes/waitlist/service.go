package waitlist

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/rate"
)

// Store is what the rules need to be kept.
type Store interface {
	Keys(ctx context.Context, random func() []byte) (keys, error)
	Join(ctx context.Context, j *joining) error
	Confirm(ctx context.Context, list, id string, at time.Time) error
	Leave(ctx context.Context, list, id, how, network string, at time.Time) error
	Erase(ctx context.Context, list, id string, e erasure) error
	EraseAddress(ctx context.Context, address string, e erasure) (int, error)
	Allow(ctx context.Context, subject string) (bool, error)
	Expire(ctx context.Context, list, after string, before time.Time, pending bool, e erasure) (next string, err error)

	Signup(ctx context.Context, list, id string) (*record, error)
	Position(ctx context.Context, list, id string) (r *record, ahead, total int64, err error)
	Search(ctx context.Context, f Filter) ([]*Signup, error)
	Ledger(ctx context.Context, list, id string) ([]Entry, error)
	LedgerOf(ctx context.Context, subject string) ([]Entry, error)
	Export(ctx context.Context, list string, visit func(*Signup) error) error
	Stats(ctx context.Context, list string, since time.Time, offset time.Duration) (*Stats, error)

	Remind(ctx context.Context, list, id string, at time.Time) error
	Sent(ctx context.Context, item mailItem, bounced bool, at time.Time) error

	StartWave(ctx context.Context, list, name string, count int, at time.Time) (*Wave, error)
	Invite(ctx context.Context, list, name string, at time.Time) (done bool, err error)
	Wave(ctx context.Context, list, name string) (*Wave, error)
	Waves(ctx context.Context, list string) ([]*Wave, error)

	Lists(ctx context.Context, last string) (lists []*List, edition string, err error)
	CreateList(ctx context.Context, l *List, most int, at time.Time) error
	EditList(ctx context.Context, slug string, at time.Time, change func(*List) (*List, error)) (*List, error)
	DeleteList(ctx context.Context, slug string) error
}

// Service is the rules of the lane. It is safe for use by many goroutines once it has started.
type Service struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	store   Store
	shelf   *shelf
	limits  *rate.Limiter
	links   links
	mail    notify.Mailer
	hooks   *notify.Webhooks
	letters *notify.Templates
	metrics *metrics
	keys    keys // set by Start
	exports chan struct{}
}

// start loads keys and lists, and makes the lists that the config names.
func (s *Service) start(ctx context.Context) (err error) {
	if s.keys, err = s.store.Keys(ctx, random); err != nil {
		return fmt.Errorf("waitlist: keys: %w", err)
	}
	if err := s.shelf.refresh(ctx); err != nil {
		return fmt.Errorf("waitlist: lists: %w", err)
	}
	for _, first := range s.cfg.Lists {
		if _, err := s.shelf.get(first.Slug); err == nil {
			continue
		}
		if _, err := s.CreateList(ctx, first.list()); err != nil && !isTaken(err) {
			return fmt.Errorf("waitlist: list %s of the config: %w", first.Slug, err)
		}
	}
	return nil
}

func random() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (Go 1.24)
	return b
}

// List gives a list, which is read only. Errors: ErrNoList.
func (s *Service) List(slug string) (*List, error) { return s.shelf.get(slug) }

// SignUp takes a form. nil says that it was received, never whether the address is known: what there is to say goes to the address.
// It is durable then. Errors: ErrNoList, ErrClosed, ErrInvalid with what is wrong, ErrTooMany.
func (s *Service) SignUp(ctx context.Context, slug string, f *Form) error {
	l, err := s.shelf.get(slug)
	if err != nil {
		return err
	}
	if err := s.admit(ctx, l); err != nil {
		s.metrics.limited(err)
		return err
	}
	if l.Closed {
		return ErrClosed
	}
	f.Network = network(lane.Client(ctx))
	j, err := f.check(l)
	if err != nil {
		s.metrics.refused.Inc()
		return err
	}
	j.unasked = f.unasked()
	j.at = s.now()
	j.signup.ID = ulid.MustNew(ulid.Timestamp(j.at), rand.Reader).String()
	j.subject = s.keys.subject(j.signup.Address)
	if err := s.store.Join(ctx, j); err != nil {
		return err
	}
	if j.unasked {
		s.metrics.bots.Inc()
	} else {
		s.metrics.received.Inc()
	}
	return nil
}

// Confirm puts whoever has the token of a confirmation on the list, and says where they are. Once more changes nothing. Errors:
// ErrToken, ErrTokenEnded, ErrGone, ErrFull, ErrNoList.
func (s *Service) Confirm(ctx context.Context, token string) (*Position, error) {
	list, id, err := s.keys.open(toConfirm, token, s.now())
	if err != nil {
		return nil, err
	}
	if err := s.store.Confirm(ctx, list, id, s.now()); err != nil {
		return nil, err
	}
	return s.position(ctx, list, id)
}

// Confirming says whose list the token of a confirmation is for, and changes nothing: for the page before the button. Errors as of
// Confirm.
func (s *Service) Confirming(token string) (*List, error) { return s.listOf(toConfirm, token) }

// Leaving says whose list the token for unsubscribing is for, and changes nothing.
func (s *Service) Leaving(token string) (*List, error) { return s.listOf(toLeave, token) }

func (s *Service) listOf(p purpose, token string) (*List, error) {
	slug, _, err := s.keys.open(p, token, s.now())
	if err != nil {
		return nil, err
	}
	return s.shelf.get(slug)
}

// Status says where whoever has the token is. Errors: ErrToken, ErrGone, ErrNoList.
func (s *Service) Status(ctx context.Context, token string) (*Position, error) {
	list, id, err := s.keys.open(toLook, token, s.now())
	if err != nil {
		return nil, err
	}
	return s.position(ctx, list, id)
}

func (s *Service) position(ctx context.Context, list, id string) (*Position, error) {
	l, err := s.shelf.get(list)
	if err != nil {
		return nil, err
	}
	r, ahead, total, err := s.store.Position(ctx, list, id)
	if err != nil {
		return nil, err
	}
	p := &Position{
		List: list, Stage: r.Stage, Name: r.Name, Total: total, Referrals: r.Referrals, Code: r.Code, Invited: r.Stage == Invited, Lang: r.Lang,
		StatusURL: s.links.status(s.keys.sign(toLook, list, id, time.Time{})),
	}
	if r.Stage == Waiting {
		p.Ahead, p.Position = ahead, ahead+1
	}
	if r.Code != "" {
		p.ShareURL = s.links.share(l, r.Code)
	}
	return p, nil
}

// Leave unsubscribes whoever has the token; how is link or one-click. Once more changes nothing. Errors: ErrToken, ErrGone.
func (s *Service) Leave(ctx context.Context, token, how string) error {
	list, id, err := s.keys.open(toLeave, token, s.now())
	if err != nil {
		return err
	}
	return s.store.Leave(ctx, list, id, how, network(lane.Client(ctx)), s.now())
}

// EraseMe deletes whoever has the token of a status page, from this list and for good. Errors: ErrToken, ErrGone.
func (s *Service) EraseMe(ctx context.Context, token string) error {
	list, id, err := s.keys.open(toLook, token, s.now())
	if err != nil {
		return err
	}
	return s.store.Erase(ctx, list, id, s.erasure("link", true))
}

func (s *Service) erasure(how string, suppress bool) erasure {
	return erasure{how: how, at: s.now(), suppress: suppress, subject: s.keys.subject}
}
