package allocation

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the lane; the app adds the prefix.
type metrics struct {
	decisions    prometheus.Counter
	items        prometheus.Counter
	unfilled     *prometheus.CounterVec
	events       *prometheus.CounterVec
	capsRefused  *prometheus.CounterVec
	capBytes     prometheus.Counter
	ledgerErrors prometheus.Counter
	catalogue    prometheus.Gauge
	buildTime    prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "allocation_" + name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "allocation_" + name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "allocation_" + name, Help: help})
	}
	m := &metrics{
		decisions:    counter("decisions_total", "Decisions answered."),
		items:        counter("items_total", "Slots filled."),
		unfilled:     vec("unfilled_total", "Placements with empty slots, by why candidates were passed over.", "placement", "reason"),
		events:       vec("events_total", "Events by what became of them: recorded, repeated (a replay), refused.", "kind", "outcome"),
		capsRefused:  vec("cap_confirm_refused_total", "Impressions whose cap entry had no room.", "reason"),
		capBytes:     counter("cap_log_bytes_total", "Bytes of the log of frequency caps."),
		ledgerErrors: counter("ledger_errors_total", "Writes of the ledger that failed and are tried again."),
		catalogue:    gauge("catalogue_items", "Line items that may run."),
		buildTime:    gauge("catalogue_build_seconds", "Time that the last build of the catalogue took."),
	}
	if reg != nil {
		reg.MustRegister(m.decisions, m.items, m.unfilled, m.events, m.capsRefused, m.capBytes, m.ledgerErrors, m.catalogue, m.buildTime)
	}
	return m
}

func (m *metrics) built(c *catalogue, took time.Duration) {
	n := 0
	for _, items := range c.order {
		n += len(items)
	}
	m.catalogue.Set(float64(n))
	m.buildTime.Set(took.Seconds())
}
