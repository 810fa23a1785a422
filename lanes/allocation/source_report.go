package allocation

import (
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// SourceReport says how a source is doing.
type SourceReport struct {
	Name        string       `json:"name"`
	Interval    string       `json:"interval"`
	Polls       int64        `json:"polls" doc:"since the process started"`
	LastAttempt time.Time    `json:"last_attempt,omitzero"`
	LastSuccess time.Time    `json:"last_success,omitzero"`
	TookMS      int64        `json:"took_ms" doc:"of the last attempt"`
	Error       string       `json:"error,omitempty" doc:"why the last attempt failed as a whole: nothing was changed"`
	LastError   string       `json:"last_error,omitempty" doc:"why the last attempt failed that did, since the process started"`
	LastErrorAt time.Time    `json:"last_error_at,omitzero"`
	Refused     []string     `json:"refused,omitempty" doc:"what the last reading would have done, but for allow_empty"`
	Rows        map[Kind]int `json:"rows,omitempty" doc:"of the last success, by kind"`
	Changed     int64        `json:"changed" doc:"things made or changed, since the process started"`
	Paused      int64        `json:"paused" doc:"things whose rows vanished, since the process started"`
	Broken      int          `json:"broken" doc:"rows that cannot be taken"`
	BrokenRows  []BrokenRow  `json:"broken_rows,omitempty" doc:"the first 100 of them"`
}

// sourceReport is a report that is read while it is being written.
type sourceReport struct {
	mu sync.Mutex
	SourceReport
}

// note takes in what came of an attempt, and returns the error of the one before.
func (r *sourceReport) note(at time.Time, took time.Duration, done *polled, err error) (was string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was = r.Error
	r.Polls++
	r.LastAttempt, r.TookMS, r.Error = at.UTC(), took.Milliseconds(), ""
	if err != nil {
		r.Error = err.Error()
		r.LastError, r.LastErrorAt = r.Error, r.LastAttempt
	} else {
		r.LastSuccess = r.LastAttempt
	}
	if done != nil {
		r.Rows = done.rows
		r.Changed += int64(done.changed)
		r.Paused += int64(done.paused)
	}
	return was
}

func (r *sourceReport) had(refusal string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.Refused, refusal)
}

func (r *sourceReport) refuse(refused []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Refused = refused
}

// Sources says how each source is doing.
func (l *Lane) Sources() []SourceReport {
	reports := make([]SourceReport, 0, len(l.sources))
	for _, s := range l.sources {
		s.report.mu.Lock()
		report := s.report.SourceReport
		s.report.mu.Unlock()
		report.BrokenRows, report.Broken = s.broken.list(100)
		reports = append(reports, report)
	}
	return reports
}

// sourceMetrics of all sources of the lane.
type sourceMetrics struct {
	polls   *prometheus.CounterVec
	changes *prometheus.CounterVec
	broken  *prometheus.GaugeVec
	success *prometheus.GaugeVec
}

func newSourceMetrics(reg prometheus.Registerer) *sourceMetrics {
	m := &sourceMetrics{
		polls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "allocation_source_polls_total", Help: "Readings of old databases, by outcome: ok, failed.",
		}, []string{"source", "outcome"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "allocation_source_changes_total", Help: "Things that sources changed, or paused since their rows were gone.",
		}, []string{"source", "what"}),
		broken: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "allocation_source_broken_rows", Help: "Rows of a source that cannot be taken.",
		}, []string{"source"}),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "allocation_source_last_success_timestamp_seconds", Help: "When a source was last read.",
		}, []string{"source"}),
	}
	if reg != nil {
		reg.MustRegister(m.polls, m.changes, m.broken, m.success)
	}
	return m
}

func (m *sourceMetrics) polled(s *source, done *polled, err error) {
	name := s.cfg.Name
	if done != nil {
		m.changes.WithLabelValues(name, "changed").Add(float64(done.changed))
		m.changes.WithLabelValues(name, "paused").Add(float64(done.paused))
		_, broken := s.broken.list(0)
		m.broken.WithLabelValues(name).Set(float64(broken))
	}
	if err != nil {
		m.polls.WithLabelValues(name, "failed").Inc()
		return
	}
	m.polls.WithLabelValues(name, "ok").Inc()
	m.success.WithLabelValues(name).Set(float64(s.service.now().Unix()))
}
