package waitlist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Lists gives all lists by name, without the secrets of their webhooks.
func (s *Service) Lists() []*List {
	all := s.shelf.all()
	shown := make([]*List, len(all))
	for i, l := range all {
		shown[i] = l.shown()
	}
	return shown
}

// shown is the list without the secret of its webhook.
func (l *List) shown() *List {
	c := *l
	c.Hook.Secret = ""
	return &c
}

func isTaken(err error) bool { return errors.Is(err, ErrListExists) }

// CreateList makes a list. Errors: ErrInvalid with what is wrong, ErrListExists, ErrTooManyLists.
func (s *Service) CreateList(ctx context.Context, l *List) (*List, error) {
	if bad := l.broken(); len(bad) > 0 {
		return nil, ErrInvalid.With(bad...)
	}
	if err := s.store.CreateList(ctx, l, s.cfg.MaxLists, s.now()); err != nil {
		return nil, err
	}
	return l.shown(), s.shelf.refresh(ctx)
}

// EditList changes what the patch has. Who gained places by referrals keeps them when the rule changes, until the next referral.
// Errors: ErrNoList, ErrInvalid with what is wrong.
func (s *Service) EditList(ctx context.Context, slug string, patch func(*List)) (*List, error) {
	if _, err := s.shelf.get(slug); err != nil {
		return nil, err
	}
	edited, err := s.store.EditList(ctx, slug, s.now(), func(l *List) (*List, error) {
		next := *l
		patch(&next)
		next.Slug = l.Slug
		if next.Hook.Secret == "" && next.Hook.URL != "" {
			next.Hook.Secret = l.Hook.Secret // it is not shown, so it is not sent back
		}
		bad := append(next.broken(), changedTexts(l, &next)...)
		if len(bad) > 0 {
			return nil, ErrInvalid.With(bad...)
		}
		return &next, nil
	})
	if err != nil {
		return nil, err
	}
	return edited.shown(), s.shelf.refresh(ctx)
}

// changedTexts finds consents whose text changed under the same version: the ledger would say of people what they never read.
func changedTexts(old, next *List) []fault.Field {
	var r fault.Rules
	for i, c := range next.Consents {
		for _, o := range old.Consents {
			if o.Name == c.Name {
				r.Check(o.Text == c.Text && o.Version == c.Version || c.Version > o.Version, fmt.Sprintf("/consents/%d/version", i),
					"must be higher than before where the text is another, and never lower")
			}
		}
	}
	return r.Broken()
}

// DeleteList deletes a list that nobody is on. Errors: ErrNoList, ErrListUsed.
func (s *Service) DeleteList(ctx context.Context, slug string) error {
	if _, err := s.shelf.get(slug); err != nil {
		return err
	}
	if err := s.store.DeleteList(ctx, slug); err != nil {
		return err
	}
	return s.shelf.refresh(ctx)
}

// Search finds sign-ups of a list. Error: ErrNoList.
func (s *Service) Search(ctx context.Context, f Filter) ([]*Signup, error) {
	if _, err := s.shelf.get(f.List); err != nil {
		return nil, err
	}
	return s.store.Search(ctx, f)
}

// Signup reads one with all that the ledger has of it. Errors: ErrNoList, ErrNoSignup.
func (s *Service) Signup(ctx context.Context, list, id string) (*Signup, []Entry, error) {
	if _, err := s.shelf.get(list); err != nil {
		return nil, nil, err
	}
	r, err := s.store.Signup(ctx, list, id)
	if err != nil {
		return nil, nil, noSignup(err)
	}
	ledger, err := s.store.Ledger(ctx, list, id)
	return &r.Signup, ledger, err
}

// noSignup is how an admin is told of somebody who is not there.
func noSignup(err error) error {
	if errors.Is(err, ErrGone) {
		return ErrNoSignup
	}
	return err
}

// Ledger reads what the ledger has of an address that was erased. Error: ErrInvalid.
func (s *Service) Ledger(ctx context.Context, address string) ([]Entry, error) {
	normal, err := normalAddress(address)
	if err != nil {
		return nil, err
	}
	return s.store.LedgerOf(ctx, s.keys.subject(normal))
}

// Resend sends the confirmation of somebody who is pending once more. Errors: ErrNoList, ErrNoSignup, ErrConfirmed.
func (s *Service) Resend(ctx context.Context, list, id string) error {
	if _, err := s.shelf.get(list); err != nil {
		return err
	}
	return noSignup(s.store.Remind(ctx, list, id, s.now()))
}

// Erase deletes somebody from a list for good. Errors: ErrNoList, ErrNoSignup.
func (s *Service) Erase(ctx context.Context, list, id string) error {
	if _, err := s.shelf.get(list); err != nil {
		return err
	}
	return noSignup(s.store.Erase(ctx, list, id, s.erasure("admin", true)))
}

// EraseAddress deletes an address from all lists for good, and says on how many it was. Error: ErrInvalid.
func (s *Service) EraseAddress(ctx context.Context, address string) (int, error) {
	normal, err := normalAddress(address)
	if err != nil {
		return 0, err
	}
	return s.store.EraseAddress(ctx, normal, s.erasure("admin", true))
}

// Allow lets an address that was erased sign up again, and says whether it could not before. Error: ErrInvalid.
func (s *Service) Allow(ctx context.Context, address string) (bool, error) {
	normal, err := normalAddress(address)
	if err != nil {
		return false, err
	}
	return s.store.Allow(ctx, s.keys.subject(normal))
}

func normalAddress(s string) (string, error) {
	address, rule := normalEmail(s)
	if rule == "" {
		return address, nil
	}
	if address, rule = normalPhone(s); rule == "" {
		return address, nil
	}
	return "", ErrInvalid.With(fault.Field{Pointer: "/address", Rule: "must be an email address or a phone number"})
}

// statDays is how many days Stats goes back.
const statDays = 90

// Stats counts a list; days begin at the offset from UTC. Error: ErrNoList.
func (s *Service) Stats(ctx context.Context, list string, offset time.Duration) (*Stats, error) {
	if _, err := s.shelf.get(list); err != nil {
		return nil, err
	}
	return s.store.Stats(ctx, list, s.now().AddDate(0, 0, -statDays), offset)
}
