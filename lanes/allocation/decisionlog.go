package allocation

import (
	"context"
	"log/slog"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Logged is one decision, with all that it depended on: the request, the moment, the revision of the catalogue, the seed,
// and what the counters of that moment refused. Replay needs nothing else. It names the user.
type Logged struct {
	RequestID  string         `json:"request_id"`
	At         int64          `json:"at_ms"`
	Revision   int64          `json:"revision"`
	Seed       uint64         `json:"seed,string"`
	User       string         `json:"user,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Placements []Ask          `json:"placements"`
	Exclude    Exclude        `json:"exclude,omitzero"`
	Refused    []Refusal      `json:"refused,omitempty"`
	Shown      [][]string     `json:"shown"` // creatives of each placement, by slot
}

// Refusal is what a counter (cap, budget, pacing, lease) refused in one placement of a decision.
type Refusal struct {
	Placement int    `json:"p"` // its place in the request
	Num       int64  `json:"n"` // of the line item or creative
	Reason    string `json:"why"`
}

// counted reports whether a reason depends on counters, which a replay does not have.
func (r reason) counted() bool { return r >= reasonCapLineItem && r <= reasonLease }

// note remembers what a counter refused, where the decision is to be logged.
func (d *decision) note(num int64, why reason) {
	if d.logged && why.counted() {
		d.refusals = append(d.refusals, Refusal{d.placement, num, why.String()})
	}
}

// logDecision writes the line of which the decision can be replayed.
func (s *Service) logDecision(ctx context.Context, d *decision, req *Request, a *Answer) {
	if !d.logged {
		return
	}
	line := Logged{
		RequestID: a.RequestID, At: d.now, Revision: d.catalogue.revision, Seed: d.seed, User: req.User.ID,
		Attributes: plain(&d.attrs), Placements: req.Placements, Exclude: req.Exclude, Refused: d.refusals, Shown: creativesOf(a),
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "decision", slog.Any("decision", line))
}

// logs reports whether a decision is one of those that are logged.
func (s *Service) logs(sequence uint64) bool {
	n := uint64(s.cfg.Log.OneIn)
	return n > 0 && mix(sequence)%n == 0
}

func creativesOf(a *Answer) [][]string {
	shown := make([][]string, len(a.Placements))
	for i, p := range a.Placements {
		shown[i] = make([]string, len(p.Items))
		for n, it := range p.Items {
			shown[i][n] = it.Creative
		}
	}
	return shown
}

// plain writes attributes as a request gives them; those that are reserved are left out.
func plain(r *targeting.Request) map[string]any {
	m := make(map[string]any, len(r.Attrs))
	for _, a := range r.Attrs {
		if _, twice := m[a.Name]; twice || a.Name == placementAttr || a.Name == userAttr {
			continue
		}
		switch a.Form {
		case targeting.FormText:
			m[a.Name] = a.Text
		case targeting.FormNumber:
			m[a.Name] = a.Number
		case targeting.FormList:
			m[a.Name] = append([]string(nil), a.List...)
		case targeting.FormPoint:
			m[a.Name] = map[string]float64{"lat": a.Lat, "lon": a.Lon}
		}
	}
	return m
}

// awaitCaps waits until the answer's cap entries are written, where config asks for it.
func (s *Service) awaitCaps(ctx context.Context, d *decision) error {
	if s.cfg.Caps.Flush > 0 {
		return nil
	}
	batch := uint64(0)
	for i := range d.picks {
		batch = max(batch, d.picks[i].batch)
	}
	if batch == 0 {
		return nil
	}
	return s.keeper.durable(ctx, batch)
}
