package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the program's live connections in numbers.
type metrics struct {
	connections   prometheus.Gauge
	subscriptions prometheus.Gauge
	commands      *prometheus.CounterVec
	refused       *prometheus.CounterVec
	disconnects   *prometheus.CounterVec
	received      prometheus.Counter
	sent          prometheus.Counter
	dropped       prometheus.Counter
	resyncs       prometheus.Counter
	ack           prometheus.Histogram

	counted [len(methodNames)]outcomes // by method, resolved once
}

type outcomes struct{ ok, refused prometheus.Counter }

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "hotlane_live_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "hotlane_live_" + name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotlane_live_" + name, Help: help}, labels)
	}
	m := &metrics{
		connections:   gauge("connections", "Connections that are open, connected or not yet."),
		subscriptions: gauge("subscriptions", "Subscriptions of all connections."),
		commands:      vec("commands_total", "Commands of clients, by method and whether they were done or refused.", "method", "outcome"),
		refused:       vec("upgrades_refused_total", "Connections that were refused before they began, by reason.", "reason"),
		disconnects:   vec("disconnects_total", "Connections that ended, by the code that the client was told; 0: it left by itself.", "code"),
		received:      counter("received_bytes_total", "Bytes of messages that clients sent."),
		sent:          counter("sent_bytes_total", "Bytes of replies and pushes that were queued for clients."),
		dropped:       counter("dropped_total", "Messages beside the log that a slow client did not get."),
		resyncs:       counter("resyncs_total", "Subscriptions that lost a message and were told to begin anew."),
		ack: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "hotlane_live_ack_seconds", Help: "Time from a publish command to its acknowledgement.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	for i, name := range methodNames {
		m.counted[i] = outcomes{ok: m.commands.WithLabelValues(name, "done"), refused: m.commands.WithLabelValues(name, "refused")}
	}
	if reg == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{
		m.connections, m.subscriptions, m.commands, m.refused, m.disconnects, m.received, m.sent, m.dropped, m.resyncs, m.ack,
	} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// method is a command's, as an index of methodNames.
type method uint8

const (
	mConnect method = iota
	mSubscribe
	mUnsubscribe
	mPublish
	mPresence
	mPresenceStats
	mHistory
	mRPC
	mSend
	mRefresh
	mSubRefresh
	mPing
)

var methodNames = [...]string{
	"connect", "subscribe", "unsubscribe", "publish", "presence", "presence_stats", "history", "rpc", "send", "refresh", "sub_refresh", "ping",
}

func (m *metrics) command(of method, refused bool) {
	if refused {
		m.counted[of].refused.Inc()
		return
	}
	m.counted[of].ok.Inc()
}

func (m *metrics) disconnected(code uint32) {
	m.disconnects.WithLabelValues(strconv.FormatUint(uint64(code), 10)).Inc()
}
