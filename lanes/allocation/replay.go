package allocation

import (
	"encoding/json"
	"fmt"
	"time"
)

// Replayed is what came of deciding again.
type Replayed struct {
	Shown [][]string // creatives of each placement, by slot
	Same  bool       // as it was then
	Stale int64      // the revision of the catalogue now, where it is another than then; else 0
}

// Replay decides a logged decision again: with the catalogue there is, at the moment that was, and with the counters
// answering as they did. Over the same revision the answer is the same.
func (s *Service) Replay(line *Logged) (*Replayed, error) {
	object, err := json.Marshal(line.Attributes)
	if err != nil {
		return nil, err
	}
	req := &Request{Placements: line.Placements, User: UserInfo{ID: line.User}, Exclude: line.Exclude}
	if line.Attributes != nil {
		if err := req.Attributes.UnmarshalJSON(object); err != nil {
			return nil, fmt.Errorf("attributes: %w", err)
		}
	}
	d := new(decision)
	d.begin(s.catalogue.Load(), req, time.UnixMilli(line.At))
	then := &counters{d: d, refused: map[Refusal]bool{}}
	for _, r := range line.Refused {
		then.refused[r] = true
	}
	d.seed, d.dry, d.money, d.then = line.Seed, true, then, then
	answer, err := s.decide(d, req)
	if err != nil {
		return nil, err
	}
	out := &Replayed{Shown: creativesOf(answer)}
	out.Same = fmt.Sprint(out.Shown) == fmt.Sprint(line.Shown)
	if d.catalogue.revision != line.Revision {
		out.Stale = d.catalogue.revision
	}
	return out, nil
}

// counters answer as they did when the decision was logged.
type counters struct {
	d       *decision
	refused map[Refusal]bool
}

func (c *counters) refuses(num int64, among ...reason) reason {
	for _, why := range among {
		if c.refused[Refusal{c.d.placement, num, why.String()}] {
			return why
		}
	}
	return reasonNone
}

func (c *counters) reserve(it *item, _ int64, _ bool) (lease int64, why reason) {
	return 0, c.refuses(it.num, reasonBudget, reasonPacing, reasonLease)
}

func (c *counters) capped(num int64, rules []capRule) reason {
	if len(rules) == 0 {
		return reasonNone
	}
	return c.refuses(num, reasonCapLineItem, reasonCapCampaign, reasonCapCreative, reasonCapsFull, reasonCapsUnwritten)
}
