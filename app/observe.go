package app

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// statements tells a request's trace of each statement that was run for it.
type statements struct{}

func (statements) Observe(ctx context.Context, _, statement string, d time.Duration) {
	telemetry.Observe(ctx, telemetry.Query, statement, d)
}

// passed counts and logs what no local route has answered; of the local ones the door tells.
type passed struct {
	log         *slog.Logger
	all         bool // log every one
	requests    *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	bytes       *prometheus.CounterVec
	slowerThan  time.Duration
	countedCode [6]string
}

func newPassed(log *slog.Logger, c telemetry.Config, reg prometheus.Registerer) (*passed, error) {
	p := &passed{
		log: log, all: c.Development, slowerThan: c.Access.Slow,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hotlane_edge_requests_total", Help: "Requests that no local route answered, by target and class of status.",
		}, []string{"target", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hotlane_edge_request_duration_seconds", Help: "Time until such an answer's last byte, by target.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"target"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hotlane_edge_response_bytes_total", Help: "Bytes of such answers' bodies, by target.",
		}, []string{"target"}),
		countedCode: [6]string{"other", "1xx", "2xx", "3xx", "4xx", "5xx"},
	}
	for _, c := range []prometheus.Collector{p.requests, p.duration, p.bytes} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Observe is called by the edge for every request.
func (p *passed) Observe(r edge.Record) {
	if target, _, _ := strings.Cut(r.Target, ":"); target == "local" {
		return
	}
	class := 0
	if c := r.Status / 100; c >= 1 && c <= 5 {
		class = c
	}
	p.requests.WithLabelValues(r.Target, p.countedCode[class]).Inc()
	p.duration.WithLabelValues(r.Target).Observe(r.Duration.Seconds())
	p.bytes.WithLabelValues(r.Target).Add(float64(max(r.Bytes, 0)))
	level := slog.LevelInfo
	if r.Status >= 500 {
		level = slog.LevelWarn
	}
	slow := p.slowerThan > 0 && r.Duration >= p.slowerThan && strings.HasPrefix(r.Target, "upstream:")
	if !p.all && !slow && r.Status < 500 {
		return
	}
	p.log.LogAttrs(context.Background(), level, "passed",
		slog.String("method", r.Method), slog.String("target", r.Target), slog.String("pattern", r.Pattern),
		slog.Int("status", r.Status), slog.Duration("took", r.Duration), slog.Int64("bytes", r.Bytes),
		slog.String("request_id", r.ID))
}
