// Package door is what every endpoint of a lane stands behind, the same in the program and in tests: the id of the request, its
// telemetry, admission by class, the caller by access, the limits, and only then the endpoint, with httpio's net under its panics.
//
// It lives beside the keystone so that lanetest serves lanes through the very same door as the program.
package door

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Deps is what a door is built of.
type Deps struct {
	Log       *slog.Logger
	Telemetry *telemetry.Telemetry
	Admit     *admit.Controller
	Identity  *identity.Authenticator
	Client    func(*http.Request) netip.Addr // where a request comes from; nil: its peer
}

// Door puts endpoints behind itself.
type Door struct{ Deps }

// New makes a door. It does no I/O.
func New(d Deps) *Door {
	if d.Client == nil {
		d.Client = peer
	}
	return &Door{d}
}

func peer(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // what is none stays unknown
	return at.Addr().Unmap()
}

// Route is the endpoint behind the door. The error says what of the route cannot be served.
func (d *Door) Route(r lane.Route) (http.Handler, error) {
	limits := withDefaults(r.Limits)
	h, err := httpio.Compile(r.Handler, r.Pattern, httpio.Options{BodyLimit: limits.Body, Log: d.failed(r.Pattern)})
	if err != nil {
		return nil, fmt.Errorf("route %w", err)
	}
	h = deadline(limits.Time, d.Client, h)
	h = d.Identity.Middleware(r.Access)(h)
	h = d.Admit.Middleware(r.Class, httpio.WriteProblem)(h)
	h = d.Telemetry.Route(r.Pattern, h)
	return requestID(h), nil
}

// failed logs what went wrong on our side, which the client is not told.
func (d *Door) failed(pattern string) func(context.Context, error) {
	return func(ctx context.Context, err error) {
		d.Log.LogAttrs(ctx, slog.LevelError, "an endpoint failed", slog.String("route", pattern),
			slog.String("request_id", RequestID(ctx)), slog.Any("error", err))
	}
}

func withDefaults(l lane.Limits) lane.Limits {
	if l.Body == 0 {
		l.Body = lane.DefaultLimits.Body
	}
	if l.Time == 0 {
		l.Time = lane.DefaultLimits.Time
	}
	return l
}
