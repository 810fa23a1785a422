package telemetry

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// spans sends spans over OTLP/HTTP. Spans wait in a bounded queue and are dropped when the collector is too slow for it.
type spans struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

var w3c propagation.TraceContext // stateless

func newSpans(cfg TracingConfig, version string) (*spans, error) {
	// Background: the exporter lives until Close, and starting it connects to nothing.
	exporter, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(cfg.Endpoint))
	if err != nil {
		return nil, err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.Ratio))),
		sdktrace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", cfg.Service), attribute.String("service.version", version))),
	)
	return &spans{provider: provider, tracer: provider.Tracer("github.com/hotlane/hotlane")}, nil
}

func (s *spans) begin(ctx context.Context, route string, r *http.Request, start time.Time) (context.Context, trace.Span) {
	ctx = w3c.Extract(ctx, propagation.HeaderCarrier(r.Header))
	return s.tracer.Start(ctx, r.Method+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(start),
		trace.WithAttributes(
			attribute.String("http.request.method", r.Method), attribute.String("http.route", route),
			attribute.String("url.path", r.URL.Path)))
}

func endSpan(span trace.Span, status int, bytes int64) {
	span.SetAttributes(attribute.Int("http.response.status_code", status), attribute.Int64("http.response.body.size", bytes))
	if status >= 500 {
		span.SetStatus(codes.Error, http.StatusText(status))
	}
	span.End()
}

// span records a piece of work that has just ended as a child of the request's span.
func (t *Trace) span(ctx context.Context, kind, name string, d time.Duration) {
	end := time.Now()
	_, s := t.tracer.Start(ctx, kind, trace.WithTimestamp(end.Add(-d)), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(attribute.String(kind+".name", name)))
	s.End(trace.WithTimestamp(end))
}

// Propagate writes the request's own traceparent (W3C Trace Context) on the header of a call made on its behalf. Without
// tracing it changes nothing, so that what the client sent is passed on.
func Propagate(ctx context.Context, h http.Header) {
	w3c.Inject(ctx, propagation.HeaderCarrier(h))
}
