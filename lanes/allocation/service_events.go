package allocation

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/token"
	"github.com/hotlane/hotlane/platform/fault"
)

// Refusals of tokens.
var (
	ErrToken        = fault.New(fault.Malformed, "allocation.token", "The token is not one of ours.")
	ErrTokenExpired = fault.New(fault.Gone, "allocation.token_expired", "The token has expired; what it reserved went back.")
)

// Billing, as tokens say it.
const (
	billNothing uint8 = iota
	billImpression
	billClick
)

// issue signs a token for every slot and counts the decisions.
func (s *Service) issue(d *decision, a *Answer, user string, first uint64) {
	key := s.userKey(user)
	buf := make([]byte, 0, len(d.picks)*token.Size)
	next, i := first, 0
	for f := range a.Placements {
		placement := d.catalogue.placements[a.Placements[f].ID]
		for range a.Placements[f].Items {
			p := &d.picks[i]
			claims := token.Claims{
				Block: uint64(s.keeper.generation)<<31 | next/blockBits, Index: uint16(next % blockBits), Lease: p.lease,
				LineItem: uint32(p.item.num), Creative: uint32(p.creative.num), Placement: uint32(placement.num),
				User: key, Issued: p.at, Expires: p.at + s.cfg.TokenTTL.Milliseconds(),
			}
			claims.Billing, claims.Price = p.item.billing()
			var err error
			if buf, err = s.signer.AppendSign(buf, &claims); err != nil { // every number in it has been checked
				panic(err)
			}
			s.counts.add(countKey{uint32(d.now / 3_600_000), claims.LineItem, claims.Creative, claims.Placement})
			next, i = next+1, i+1
		}
	}
	tokens := string(buf)
	for f := range a.Placements {
		for n := range a.Placements[f].Items {
			a.Placements[f].Items[n].Token, tokens = tokens[:token.Size], tokens[token.Size:]
		}
	}
	s.metrics.decisions.Inc()
	s.metrics.items.Add(float64(len(d.picks)))
}

// billing says what a token of the item bills, and how much.
func (it *item) billing() (kind uint8, price int64) {
	switch {
	case it.price > 0:
		return billImpression, it.price
	case it.list == ads && it.BidType == "cpc":
		return billClick, it.Bid
	}
	return billNothing, 0
}

// Reported is one event that a client reports, and what became of it.
type Reported struct {
	Kind  EventKind
	Token string
	First bool  // it had not been known
	Err   error // ErrToken or ErrTokenExpired: sending it again will not help
}

// Report makes one event durable, once: a replay changes nothing and is no error.
func (s *Service) Report(ctx context.Context, kind EventKind, tok string) (first bool, err error) {
	one := []Reported{{Kind: kind, Token: tok}}
	if err := s.ReportAll(ctx, one); err != nil {
		return false, err
	}
	return one[0].First, one[0].Err
}

// ReportAll makes events durable in one commit. It returns an error when none was recorded and all may be sent again.
func (s *Service) ReportAll(ctx context.Context, reports []Reported) error {
	now := s.now()
	events := make([]*Event, 0, len(reports))
	claims := make([]token.Claims, len(reports))
	for i := range reports {
		r := &reports[i]
		if claims[i], r.Err = s.verify(r.Token, now); r.Err == nil {
			events = append(events, s.event(r.Kind, &claims[i], now))
		}
	}
	if len(events) > 0 {
		if err := s.keeper.record(ctx, events); err != nil {
			return err
		}
	}
	for i := range reports {
		r := &reports[i]
		if r.Err != nil {
			s.metrics.events.WithLabelValues(r.Kind.String(), "refused").Inc()
			continue
		}
		r.First, events = events[0].First, events[1:]
		s.metrics.events.WithLabelValues(r.Kind.String(), outcome(r.First)).Inc()
		if r.Kind == Impression && r.First {
			s.confirmCaps(&claims[i], now.UnixMilli())
		}
	}
	return nil
}

func outcome(first bool) string {
	if first {
		return "recorded"
	}
	return "repeated"
}

func (s *Service) verify(tok string, now time.Time) (token.Claims, error) {
	claims, err := s.signer.Verify(tok, now.UnixMilli())
	switch {
	case errors.Is(err, token.ErrExpired):
		return claims, ErrTokenExpired
	case err != nil:
		return claims, ErrToken.Because(err)
	}
	return claims, nil
}

func (s *Service) event(kind EventKind, c *token.Claims, now time.Time) *Event {
	e := &Event{
		Kind: kind, Block: c.Block, Index: c.Index, Expires: c.Expires, At: now.UnixMilli(),
		LineItem: int64(c.LineItem), Creative: int64(c.Creative), Placement: int64(c.Placement), Lease: c.Lease,
	}
	switch c.Billing {
	case billImpression:
		e.Price = c.Price
	case billClick:
		if cr := s.catalogue.Load().byNum.get(e.Creative); cr != nil {
			e.Click, e.Budgets = c.Price, cr.item.budgets(now)
		}
	}
	return e
}

// confirmCaps makes the user's reservation count for good. It is in the log with the next batch; a crash before that is
// healed by the reservation itself, which is there for as long as the token lives.
func (s *Service) confirmCaps(c *token.Claims, now int64) {
	cr := s.catalogue.Load().byNum.get(int64(c.Creative))
	if cr == nil || len(cr.caps.claims) == 0 || c.User == 0 {
		return
	}
	if _, why := s.caps.Confirm(c.User, c.Issued, cr.caps.claims, now); why != caps.OK {
		s.metrics.capsRefused.WithLabelValues(why.String()).Inc()
	}
}

// Landing is where a click of this token goes: the creative's landing URL, and nothing else. It may be empty.
func (s *Service) Landing(tok string) (string, error) {
	claims, err := s.verify(tok, s.now())
	if err != nil && !errors.Is(err, ErrTokenExpired) { // an old click still takes its user there
		return "", err
	}
	cr := s.catalogue.Load().byNum.get(int64(claims.Creative))
	if cr == nil {
		return "", ErrNotFound
	}
	return cr.Landing, nil
}
