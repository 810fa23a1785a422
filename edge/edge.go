package edge

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

// Local is one route that this process answers itself.
type Local struct {
	Lane    string // who owns it; "" for the app's own pages
	Pattern string // "METHOD /path/{name}"
	Handler http.Handler
}

// Deps is what the edge is given. Zero values mean the real thing, or silence.
type Deps struct {
	Log       *slog.Logger
	Now       func() time.Time
	Transport http.RoundTripper // to all upstreams; nil: pooled connections, tuned by the config
	Metrics   Observer
	Outgoing  func(http.Header) // may change the headers of what is passed on, just before it leaves; nil: nothing
}

// Edge is the front door: an http.Handler that answers local routes and passes all else to the upstreams.
type Edge struct {
	cfg       Config
	log       *slog.Logger
	access    access
	routes    router
	standard  *forwarder // where what nothing matches goes; nil: 404
	upstreams map[string]*upstream
	makers    *transports
	tunnels   tunnels
}

// New makes the front door. It does no I/O; the error is ErrConfig and names the fields.
func New(cfg Config, locals []Local, deps Deps) (*Edge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	trust := trusted(cfg.TrustedProxies)
	e := &Edge{
		cfg: cfg, log: deps.Log, upstreams: map[string]*upstream{},
		access: access{now: deps.Now, observer: deps.Metrics, trusted: trust, bodyTimeout: cfg.BodyTimeout},
		makers: newTransports(deps, trust),
	}
	for name, u := range cfg.Upstreams {
		e.upstreams[name] = newUpstream(name, u, deps.Now)
	}
	if u := e.upstreams[cfg.Default]; u != nil {
		e.standard = e.makers.forwarder(u, 0)
	}
	return e, e.route(locals)
}

// route fills the router: the local routes, then the rules, which replace what has the same pattern.
func (e *Edge) route(locals []Local) error {
	lanes := map[string]bool{}
	for _, l := range locals {
		p, err := parsePattern(l.Pattern)
		if err != nil {
			return fmt.Errorf("edge: the local pattern %q %w", l.Pattern, err)
		}
		lanes[l.Lane] = true
		if err := e.routes.add(&route{pattern: p, handler: l.Handler, target: localTarget(l.Lane)}); err != nil {
			return fmt.Errorf("edge: %w", err)
		}
	}
	var p problems
	for i, rule := range e.cfg.Routes {
		at := fmt.Sprintf("/edge/routes/%d", i)
		if rule.Lane != "" && !lanes[rule.Lane] {
			p.add(at+"/lane", "must name a lane that is served here, not %q", rule.Lane)
			continue
		}
		if err := e.rule(rule); err != nil {
			p.add(at+"/match", "must be unlike the rules before it: %s", err)
		}
	}
	return p.err()
}

func (e *Edge) rule(rule RouteRule) error {
	p, err := parsePattern(rule.Match)
	if err != nil {
		return err
	}
	r := &route{pattern: p, timeout: rule.Timeout, byRule: true}
	if rule.Upstream != "" {
		r.forward = e.makers.forwarder(e.upstreams[rule.Upstream], rule.Timeout)
		r.target = r.forward.target()
	} else {
		r.lane, r.target = rule.Lane, "refused"
	}
	return e.routes.addRule(r)
}

// ServeHTTP answers one request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, started := e.access.begin(w, r)
	target, aborted := "refused", true
	defer func() {
		if aborted {
			e.rescue(a, r, recover(), func() { e.access.end(a, r, started, target, true) })
		}
	}()
	if err := guard(r); err != nil {
		a.Header().Set("Connection", "close")
		httpio.WriteProblem(a, err)
	} else {
		path, _, _ := strings.Cut(rawTarget(r), "?")
		found, allowed := e.routes.match(r, path)
		target = e.targetOf(found)
		e.dispatch(a, r, found, allowed)
	}
	aborted = false
	e.access.end(a, r, started, target, false)
}

// rescue turns a handler's panic into a 500 where nothing was sent yet, and into a closed connection where something was.
func (e *Edge) rescue(a *answer, r *http.Request, reason any, end func()) {
	defer end()
	if reason == http.ErrAbortHandler {
		panic(reason)
	}
	e.log.Error("a handler panicked",
		"request_id", a.id, "pattern", r.Pattern, "panic", reason, "stack", string(debug.Stack()))
	if a.status != 0 {
		panic(http.ErrAbortHandler)
	}
	httpio.WriteProblem(a, fault.New(fault.Internal, "internal", "Something went wrong on our side."))
}

func (e *Edge) targetOf(found *route) string {
	switch {
	case found != nil:
		return found.target
	case e.standard != nil:
		return e.standard.target()
	}
	return "refused"
}

func (e *Edge) dispatch(a *answer, r *http.Request, found *route, allowed []string) {
	switch {
	case found == nil && e.standard != nil:
		e.pass(e.standard, a, r)
	case found == nil || found.lane != "":
		refuse(a, allowed)
	case found.forward != nil:
		e.pass(found.forward, a, r)
	case found.timeout > 0:
		ctx, cancel := context.WithTimeout(r.Context(), found.timeout)
		defer cancel()
		found.handler.ServeHTTP(a, r.WithContext(ctx))
	default:
		found.handler.ServeHTTP(a, r)
	}
}

func refuse(a *answer, allowed []string) {
	if len(allowed) == 0 {
		httpio.WriteProblem(a, ErrNoRoute)
		return
	}
	a.Header().Set("Allow", strings.Join(allowed, ", "))
	httpio.WriteProblem(a, ErrMethod)
}

// pass hands a request to an upstream. A WebSocket that comes of it is noted, so that a stop can end it.
func (e *Edge) pass(f *forwarder, a *answer, r *http.Request) {
	a.passes = true
	if a.upgrade {
		defer e.tunnels.add(a.conn)()
	}
	f.proxy.ServeHTTP(a, r)
}

// Run checks the upstreams' health until the context ends, then closes the resting connections to them.
func (e *Edge) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, u := range e.upstreams {
		if u.cfg.Health.Path != "" {
			c := checker{upstream: u, next: e.makers.forwarder(u, 0).next, log: e.log}
			running.Go(func() { c.run(ctx) })
		}
	}
	<-ctx.Done()
	running.Wait()
	e.makers.closeIdle()
	return nil
}
