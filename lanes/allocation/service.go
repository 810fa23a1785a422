package allocation

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
	"github.com/hotlane/hotlane/lanes/allocation/token"
	"github.com/hotlane/hotlane/platform/fault"
)

// Refusals of requests.
var (
	ErrUnknownPlacement = fault.New(fault.Invalid, "allocation.unknown_placement", "A placement is not there.")
	ErrFenced           = fault.New(fault.Unavailable, "allocation.fenced", "A newer process has taken over; ask it.").After(time.Second)
	ErrExplain          = fault.New(fault.Forbidden, "allocation.explain", "Explanations need the service or admin key.")
)

// Service decides. Decisions touch memory only: the catalogue behind a pointer, caps and leases behind small locks; what
// must be durable is written by the keeper.
type Service struct {
	cfg       Config
	log       *slog.Logger
	now       func() time.Time
	schema    targeting.Schema
	metrics   *metrics
	store     Catalogue
	reports   Reports
	keeper    *keeper
	caps      *caps.Store
	money     *money
	counts    *counts
	signer    *token.Keyring
	salt      []byte
	sequence  atomic.Uint64
	clicks    clicks
	catalogue atomic.Pointer[catalogue]
	refresher *refresher
}

// Catalogue is where the things are kept.
type Catalogue interface {
	Changed(ctx context.Context, since int64, visit func(Row) error) (int64, error)
	Thing(ctx context.Context, kind Kind, id string) (Row, error)
	List(ctx context.Context, f Filter) ([]Row, error)
	Apply(ctx context.Context, actor string, changes []Change) (revision int64, changed int, err error)
	Audit(ctx context.Context, kind Kind, id string, before int64, limit int) ([]AuditEntry, error)
	Secret(ctx context.Context, name string, fresh []byte) ([]byte, error)
}

// Decide answers what to show, and reserves what it shows: money from leases, places in the user's caps.
func (s *Service) Decide(ctx context.Context, req *Request) (*Answer, error) {
	if s.keeper.fenced() {
		return nil, ErrFenced
	}
	d := decisions.Get().(*decision)
	defer d.end()
	now := s.now()
	d.begin(s.catalogue.Load(), req, now)
	slots := d.catalogue.slots(req)
	first := s.sequence.Add(slots) - slots
	d.money, d.holdUntil = s.money, d.now+s.cfg.TokenTTL.Milliseconds()
	d.seed = mix(first ^ binary.LittleEndian.Uint64(s.salt))
	if req.Seed != nil {
		d.seed = *req.Seed
	}
	d.logged = req.Explain.IsZero() && s.logs(first)
	if !req.Explain.IsZero() {
		d.dry, d.recorder, d.schema = true, newRecorder(req.Explain), s.schema
	}
	d.uncounted = s.cfg.Caps.Flush == 0 && s.keeper.unwritten.Load()
	answer, err := s.decide(d, req)
	if err != nil {
		return nil, err
	}
	answer.RequestID = s.requestID(first)
	if d.dry {
		return answer, nil
	}
	if err := s.awaitCaps(ctx, d); err != nil {
		if errors.Is(err, ErrFenced) {
			return nil, err
		}
		if answer, err = s.decideUncounted(d, req); err != nil {
			return nil, err
		}
		answer.RequestID = s.requestID(first)
	}
	s.issue(d, answer, req.User.ID, first)
	s.logDecision(ctx, d, req, answer)
	return answer, nil
}

// decideUncounted decides once more without what has a frequency cap, since caps cannot be made durable just now and
// config wants them to be. What the first try reserved comes back when it expires.
func (s *Service) decideUncounted(d *decision, req *Request) (*Answer, error) {
	d.picks, d.refusals, d.uncounted = d.picks[:0], d.refusals[:0], true
	return s.decide(d, req)
}

// decide fills the placements with the user's counters locked.
func (s *Service) decide(d *decision, req *Request) (*Answer, error) {
	places, err := s.places(d.catalogue, req)
	if err != nil {
		return nil, err
	}
	if err := d.explains(); err != nil {
		return nil, err
	}
	if req.User.ID != "" {
		session := s.caps.Lock(s.userKey(req.User.ID))
		d.user = &session
		defer session.Unlock()
	}
	answer := &Answer{Placements: make([]Filled, len(places))}
	for i, p := range places {
		count := req.Placements[i].Count
		if count == 0 {
			count = p.Slots
		}
		from := len(d.picks)
		d.placement = i
		d.fill(p, count)
		answer.Placements[i] = Filled{ID: p.ID, Items: show(d.picks[from:])}
		if got := len(d.picks) - from; got < count {
			answer.Placements[i].Unfilled = s.unfilled(d, p, count-got)
		}
		if d.recorder != nil {
			answer.Explanation = append(answer.Explanation, d.explain(p, d.picks[from:]))
		}
		d.passed = [reasons]int{}
	}
	return answer, nil
}

// places looks the placements up; all that are unknown are named.
func (s *Service) places(c *catalogue, req *Request) ([]*placement, error) {
	places := make([]*placement, len(req.Placements))
	var bad []fault.Field
	for i := range req.Placements {
		p, ok := c.placements[req.Placements[i].ID]
		if !ok {
			bad = append(bad, fault.Field{Pointer: fmt.Sprintf("/placements/%d/id", i), Rule: "must be the id of a placement"})
		}
		places[i] = p
	}
	if len(bad) > 0 {
		return nil, ErrUnknownPlacement.With(bad...)
	}
	return places, nil
}

// slots is how many tokens the request may need, so that their numbers are drawn once.
func (c *catalogue) slots(req *Request) uint64 {
	n := 1 // the request's own
	for i := range req.Placements {
		n += req.Placements[i].Count
		if p := c.placements[req.Placements[i].ID]; p != nil && req.Placements[i].Count == 0 {
			n += p.Slots
		}
	}
	return uint64(n)
}

// show makes the answer's items of picks.
func show(picks []pick) []Shown {
	items := make([]Shown, len(picks))
	for i := range picks {
		p := &picks[i]
		kind := "ad"
		if p.item.list == content {
			kind = "content"
		}
		items[i] = Shown{
			Slot: p.slot, Kind: kind, LineItem: p.item.ID, Creative: p.creative.ID, Title: p.creative.Title, Image: p.creative.Image,
			Landing: p.creative.Landing, Extra: p.creative.Extra, Price: p.item.price, from: p.creative,
		}
	}
	return items
}

// unfilled says why slots stayed empty, in the answer and as a metric.
func (s *Service) unfilled(d *decision, p *placement, slots int) map[string]int {
	why := map[string]int{}
	for r, n := range d.passed {
		if n > 0 {
			why[reason(r).String()] = n
		}
	}
	if len(why) == 0 {
		why["no_match"] = slots
	}
	if !d.dry {
		for name := range why {
			s.metrics.unfilled.WithLabelValues(p.ID, name).Inc()
		}
	}
	return why
}

// userKey is what caps and tokens know a user by: the salt keeps ids from being guessed.
func (s *Service) userKey(id string) uint64 {
	if id == "" {
		return 0
	}
	var buf [32 + 256]byte
	sum := sha256.Sum256(append(append(buf[:0], s.salt...), id...))
	return max(1, binary.LittleEndian.Uint64(sum[:]))
}

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// requestID is unique over all generations of the process.
func (s *Service) requestID(sequence uint64) string {
	var b [10]byte
	binary.BigEndian.PutUint64(b[2:], sequence)
	binary.BigEndian.PutUint32(b[:4], uint32(s.keeper.generation))
	return idEncoding.EncodeToString(b[:])
}
