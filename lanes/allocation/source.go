package allocation

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// oldRows is where the rows of a source come from.
type oldRows interface {
	Read(ctx context.Context, queries map[Kind]string, v visitor) error
}

// source keeps the things of one old database as its rows say.
type source struct {
	cfg     Source
	queries map[Kind]string
	service *Service
	rows    oldRows
	log     *slog.Logger
	metrics *sourceMetrics
	broken  *complaints // has its own lock, as the report has: both are shown while rows are being read
	report  sourceReport

	mu     sync.Mutex // one reading at a time; taken before the other locks
	mirror *mirror
	read   bool // whether the rows have been read since the process started
}

func (s *Service) newSource(cfg Source, m *sourceMetrics) *source {
	queries := make(map[Kind]string, len(cfg.Queries))
	for name, query := range cfg.Queries {
		queries[queryKinds[name]] = query
	}
	return &source{
		cfg: cfg, queries: queries, service: s, rows: oldDatabase{cfg.DSN.Reveal()}, log: s.log.With("source", cfg.Name), metrics: m,
		mirror: newMirror(cfg.Name, s.fromSource), broken: newComplaints(s.now),
		report: sourceReport{SourceReport: SourceReport{Name: cfg.Name, Interval: cfg.Interval.String()}},
	}
}

// start reads the rows where nothing is there of this source yet, so that what is served from the beginning is not empty.
// An old database that is away does not keep the process from starting.
func (s *source) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.mirror.sync(ctx, s.service.store); err != nil {
		return fmt.Errorf("source %s: read the catalogue: %w", s.cfg.Name, err)
	}
	if !s.mirror.has() {
		s.readOnce(ctx)
	}
	return ctx.Err()
}

// run reads the rows at every interval until the context ends.
func (s *source) run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Interval)
	defer tick.Stop()
	s.first(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.poll(ctx)
		}
	}
}

// poll reads the rows once and makes the catalogue what they say. What went wrong is in the report and in the log.
func (s *source) poll(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readOnce(ctx)
}

// first reads the rows if they have not been read yet.
func (s *source) first(ctx context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.read {
		s.readOnce(ctx)
	}
}

func (s *source) readOnce(ctx context.Context) {
	if s.service.keeper.fenced() {
		return // a newer process does it
	}
	s.read = true
	began := s.service.now()
	done, err := s.update(ctx)
	if ctx.Err() != nil {
		return
	}
	took := s.service.now().Sub(began)
	was := s.report.note(began, took, done, err)
	s.metrics.polled(s, done, err)
	switch {
	case err != nil && err.Error() != was:
		s.log.Error("allocation: a source cannot be read; what it gave before is served on", "err", err)
	case err == nil && was != "":
		s.log.Info("allocation: a source can be read again")
	}
	if done != nil {
		s.tell(done)
	}
}

// tell logs what a reading changed, and each broken row once.
func (s *source) tell(done *polled) {
	const most = 20
	for i, b := range done.news {
		if i == most {
			s.log.Warn("allocation: more broken rows; see GET /v1/allocation/sources", "rows", len(done.news)-most)
			break
		}
		s.log.Warn("allocation: a row of a source is broken; the last good one stays", "thing", b.Thing, "id", b.ID, "rules", b.Rules)
	}
	for _, refusal := range done.refused {
		if !s.report.had(refusal) {
			s.log.Error("allocation: a source gives nothing any more", "what", refusal)
		}
	}
	s.report.refuse(done.refused)
	if done.changed+done.paused > 0 {
		s.log.Info("allocation: a source changed the catalogue", "changed", done.changed, "paused", done.paused)
	}
}

// timeout is how long one reading may take.
func (s *source) timeout() time.Duration { return s.cfg.WithDefaults().Timeout }
