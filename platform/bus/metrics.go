package bus

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	up                   prometheus.Gauge
	sent, unsent, losses prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		up:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotlane_bus_connections", Help: "Connections that messages come in by."}),
		sent:   prometheus.NewCounter(prometheus.CounterOpts{Name: "hotlane_bus_sent_total", Help: "Messages that Redis took."}),
		unsent: prometheus.NewCounter(prometheus.CounterOpts{Name: "hotlane_bus_unsent_total", Help: "Messages that were not sent."}),
		losses: prometheus.NewCounter(prometheus.CounterOpts{Name: "hotlane_bus_losses_total", Help: "How often this node was told that messages may be lost."}),
	}
	if reg != nil {
		reg.MustRegister(m.up, m.sent, m.unsent, m.losses)
	}
	return m
}
