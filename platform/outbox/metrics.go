package outbox

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	handled, failures       *prometheus.CounterVec
	waiting, parked, oldest *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	labels := []string{"topic", "listener"}
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		handled:  counter("outbox_handled_total", "Events that a lane was told; one that was told twice, since the process was killed between, took effect once."),
		failures: counter("outbox_failures_total", "Attempts to handle an event that failed."),
		waiting:  gauge("outbox_waiting", "Events that wait for a listener, as of the last minute."),
		parked:   gauge("outbox_parked", "Events that were given up and wait for an operator."),
		oldest:   gauge("outbox_oldest_seconds", "Age of the oldest event that waits for a listener, as of the last minute."),
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.handled, m.failures, m.waiting, m.parked, m.oldest} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *metrics) reset() {
	m.waiting.Reset()
	m.parked.Reset()
	m.oldest.Reset()
}

func (m *metrics) set(k key, waiting, parked int64, oldest time.Duration) {
	m.waiting.WithLabelValues(k.topic, k.listener).Set(float64(waiting))
	m.parked.WithLabelValues(k.topic, k.listener).Set(float64(parked))
	m.oldest.WithLabelValues(k.topic, k.listener).Set(oldest.Seconds())
}
