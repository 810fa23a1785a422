package telemetry

import (
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// observed is a request with a trace: in development, or with tracing on.
type observed struct {
	t     *Telemetry
	r     *http.Request
	route string
	trace *Trace
	span  trace.Span // nil without tracing
}

func (t *Telemetry) observe(route string, rec *recorder, r *http.Request, start time.Time) *observed {
	ctx := r.Context()
	o := &observed{t: t, route: route}
	if t.spans != nil {
		ctx, o.span = t.spans.begin(ctx, route, r, start)
	}
	ctx, o.trace = Begin(ctx)
	if o.span != nil && o.span.IsRecording() {
		o.trace.tracer = t.spans.tracer
	}
	o.r = r.WithContext(ctx)
	if t.cfg.Development {
		rec.before = func() {
			rec.Header().Set("Server-Timing", o.trace.ServerTiming(t.now().Sub(start)))
		}
	}
	return o
}

func (o *observed) end(rec *recorder, status int) {
	if o.span != nil {
		endSpan(o.span, status, rec.bytes)
	}
	if !o.t.cfg.Development {
		return
	}
	for _, rep := range o.trace.Repeats() {
		o.t.log.LogAttrs(o.r.Context(), slog.LevelWarn, "N+1: one request repeats a statement",
			slog.String("method", o.r.Method), slog.String("route", o.route),
			slog.Int("count", rep.Count), slog.String("statement", rep.Name),
			slog.String("request_id", rec.Header().Get("X-Request-Id")))
	}
}
