package telemetry

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Route wraps the handler of one route: it counts, times, and as configured logs and traces what it answers. The pattern is
// the metric's label: "POST /v1/allocations", "upstream default". A method in front of it is kept apart.
func (t *Telemetry) Route(pattern string, next http.Handler) http.Handler {
	route := &route{t: t, next: next, name: pattern}
	if _, path, ok := strings.Cut(pattern, " "); ok && strings.HasPrefix(path, "/") {
		route.name = path
	}
	return route
}

type route struct {
	t        *Telemetry
	next     http.Handler
	name     string
	children [len(methods)]atomic.Pointer[child] // made when first asked for, so that a scrape lists what is used
}

func (rt *route) child(method string) *child {
	i := methodIndex(method)
	if c := rt.children[i].Load(); c != nil {
		return c
	}
	c := rt.t.http.child(rt.name, methods[i]) // the same counters whoever makes it first
	rt.children[i].Store(c)
	return c
}

func (rt *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := rt.t
	start := t.now()
	rec := &recorder{ResponseWriter: w}
	var o *observed
	if t.cfg.Development || t.spans != nil {
		o = t.observe(rt.name, rec, r, start)
		r = o.r
	}
	t.http.inFlight.Inc()
	panicked := true
	defer func() { rt.finish(rec, r, o, start, panicked) }()
	rt.next.ServeHTTP(rec, r)
	panicked = false
}

// finish reports one answer. A panic, which goes on, counts as a 500 whatever was sent before it.
func (rt *route) finish(rec *recorder, r *http.Request, o *observed, start time.Time, panicked bool) {
	rt.t.http.inFlight.Dec()
	d := rt.t.now().Sub(start)
	status := rec.status
	switch {
	case panicked:
		status = http.StatusInternalServerError
	case status == 0:
		status = http.StatusOK
	}
	rt.child(r.Method).done(status, d)
	if o != nil {
		o.end(rec, status)
	}
	if rt.t.logs(status, d) {
		rt.t.access(rt.name, rec, r, status, d)
	}
}

type sampler struct {
	every uint64
	seen  atomic.Uint64
}

func (s *sampler) next() bool { return s.every > 0 && s.seen.Add(1)%s.every == 0 }

func (t *Telemetry) logs(status int, d time.Duration) bool {
	slow := t.cfg.Access.Slow > 0 && d >= t.cfg.Access.Slow && status != http.StatusSwitchingProtocols
	return t.cfg.Development || status >= 500 || slow || t.sampled.next()
}

// access writes one line. The query string is left out: it may carry tokens.
func (t *Telemetry) access(route string, rec *recorder, r *http.Request, status int, d time.Duration) {
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.EscapedPath()), slog.String("route", route),
		slog.Int("status", status), slog.Duration("took", d), slog.Int64("bytes", rec.bytes),
		slog.String("peer", r.RemoteAddr), slog.String("request_id", rec.Header().Get("X-Request-Id")),
	}
	at := slog.LevelInfo
	if status >= 500 {
		at = slog.LevelWarn
	}
	t.log.LogAttrs(r.Context(), at, "answered", attrs...)
}
