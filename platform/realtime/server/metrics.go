package server

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the program's live connections in numbers.
type metrics struct {
	connections   prometheus.Gauge
	subscriptions prometheus.Gauge
	commands      *prometheus.CounterVec
	refused       *prometheus.CounterVec
	disconnects   *prometheus.CounterVec
	received      count // bytes
	sent          count // bytes
	asked         count // commands
	queued        prometheus.Gauge
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
		queued:        gauge("queued_bytes", "Bytes that wait for all clients together, as of the last second."),
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
		m.connections, m.subscriptions, m.commands, m.refused, m.disconnects, m.queued, m.dropped, m.resyncs, m.ack,
		m.received.collector("received_bytes_total", "Bytes of messages that clients sent."),
		m.sent.collector("sent_bytes_total", "Bytes of replies and pushes that were queued for clients."),
	} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// count is a counter that can be read.
type count struct{ atomic.Int64 }

func (c *count) collector(name, help string) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "hotlane_live_" + name, Help: help}, func() float64 {
		return float64(c.Load())
	})
}

// rates are how much was done in the last second.
type rates struct {
	Commands float64 `json:"commands"`
	Received float64 `json:"received_bytes"`
	Sent     float64 `json:"sent_bytes"`

	at                       int64 // Unix milliseconds
	commands, received, sent int64 // in all, until then
}

// rate measures the rates. It is called by sweep only.
func (s *Server) rate(now int64) {
	next := rates{at: now, commands: s.m.asked.Load(), received: s.m.received.Load(), sent: s.m.sent.Load()}
	if last := s.rates.Load(); last != nil {
		if now <= last.at {
			return
		}
		seconds := float64(now-last.at) / 1000
		next.Commands = float64(next.commands-last.commands) / seconds
		next.Received = float64(next.received-last.received) / seconds
		next.Sent = float64(next.sent-last.sent) / seconds
	}
	s.rates.Store(&next)
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
	m.asked.Add(1)
	if refused {
		m.counted[of].refused.Inc()
		return
	}
	m.counted[of].ok.Inc()
}

func (m *metrics) disconnected(code uint32) {
	m.disconnects.WithLabelValues(strconv.FormatUint(uint64(code), 10)).Inc()
}
