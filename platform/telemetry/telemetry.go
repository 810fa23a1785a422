package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Telemetry holds what the parts of the program report to.
type Telemetry struct {
	cfg      Config
	log      *slog.Logger
	registry *prometheus.Registry
	http     *httpMetrics
	spans    *spans // nil: no tracing
	sampled  sampler
	now      func() time.Time
}

// Options are what New needs beside the config.
type Options struct {
	Out     io.Writer        // where the log goes
	Version string           // of the program, for hotlane_build_info and spans
	Now     func() time.Time // clock of durations; nil: time.Now
}

// New makes the program's logger, registry and, if configured, span exporter. It does no I/O; Close ends it.
func New(cfg Config, o Options) (*Telemetry, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	t := &Telemetry{cfg: cfg, log: NewLog(cfg, o.Out), registry: prometheus.NewRegistry(), now: o.Now}
	t.sampled.every = uint64(cfg.Access.Sample)
	t.http = newHTTPMetrics(t.registry)
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "hotlane_build_info", Help: "1, labelled with the version.",
		ConstLabels: prometheus.Labels{"version": o.Version},
	})
	info.Set(1)
	t.registry.MustRegister(info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if cfg.Tracing.Endpoint != "" {
		s, err := newSpans(cfg.Tracing, o.Version)
		if err != nil {
			return nil, fmt.Errorf("tracing: %w", err)
		}
		t.spans = s
	}
	return t, nil
}

// Log is the program's logger.
func (t *Telemetry) Log() *slog.Logger { return t.log }

// Registry is where metrics are registered.
func (t *Telemetry) Registry() *prometheus.Registry { return t.registry }

// Handler answers a Prometheus scrape.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{Registry: t.registry, MaxRequestsInFlight: 4})
}

// Close sends the spans that wait and ends the exporter. It takes no longer than ctx allows.
func (t *Telemetry) Close(ctx context.Context) error {
	if t.spans == nil {
		return nil
	}
	return t.spans.provider.Shutdown(ctx)
}
