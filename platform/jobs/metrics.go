package jobs

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are by kind, of which there are as many as were registered.
type metrics struct {
	on             bool
	added, runs    *prometheus.CounterVec
	waiting, died  *prometheus.GaugeVec
	running, delay *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "jobs_" + name, Help: help}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "jobs_" + name, Help: help}, []string{"kind"})
	}
	m := &metrics{
		on:      r != nil,
		added:   counter("added_total", "Jobs added by this process and committed.", "kind"),
		runs:    counter("attempts_total", "Attempts of this process by outcome: done, failed, dead, later, returned.", "kind", "outcome"),
		waiting: gauge("waiting", "Jobs in the database that wait, due or not."),
		running: gauge("running", "Jobs in the database that run, in whatever process."),
		died:    gauge("dead", "Dead letters in the database."),
		delay:   gauge("oldest_due_seconds", "For how long the oldest job that is due has been."),
	}
	if r != nil {
		r.MustRegister(m.added, m.runs, m.waiting, m.running, m.died, m.delay)
	}
	return m
}

func (m *metrics) count(added map[string]int) {
	for kind, n := range added {
		m.added.WithLabelValues(kind).Add(float64(n))
	}
}

func (m *metrics) ran(kind string, o outcome) { m.runs.WithLabelValues(kind, o.String()).Inc() }

const gaugesEvery = 30 * time.Second

// gauge looks at the database.
func (q *Queue) gauge(ctx context.Context) error {
	if !q.metrics.on {
		return nil
	}
	counts, err := q.Counts(ctx)
	if err != nil {
		return err
	}
	byKind := make(map[string]Count, len(counts))
	for _, c := range counts {
		byKind[c.Kind] = c
	}
	for _, j := range q.kinds() { // kinds that are gone have no label
		c := byKind[j.Kind]
		var delay time.Duration
		if !c.Due.IsZero() {
			delay = max(q.now().Sub(c.Due), 0)
		}
		q.metrics.waiting.WithLabelValues(j.Kind).Set(float64(c.Waiting))
		q.metrics.running.WithLabelValues(j.Kind).Set(float64(c.Running))
		q.metrics.died.WithLabelValues(j.Kind).Set(float64(c.Dead))
		q.metrics.delay.WithLabelValues(j.Kind).Set(delay.Seconds())
	}
	return nil
}
