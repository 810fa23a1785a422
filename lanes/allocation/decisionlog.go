package allocation

import (
	"context"
	"log/slog"
)

// logDecision writes one line of which the decision can be replayed: the request, the seed, the time, the revision of the
// catalogue, and what the counters of the moment refused.
func (s *Service) logDecision(ctx context.Context, d *decision, req *Request, a *Answer) {
	if s.cfg.Log.OneIn == 0 || s.sequence.Load()%uint64(s.cfg.Log.OneIn) != 0 {
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "decision", slog.String("request_id", a.RequestID), slog.Int64("at", d.now))
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
