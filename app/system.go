package app

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/web"
)

// systemPrefix is where the program's own routes are; no lane may have one there.
const systemPrefix = "/_hotlane/"

// system are the program's own routes. They go through the same door as the lanes'.
func (s *server) system(document *httpio.Document) []lane.Route {
	plain := func(pattern, summary string, access identity.Access, class admit.Class, h http.Handler) lane.Route {
		return lane.Route{Pattern: pattern, Summary: summary, Access: access, Class: class, Handler: stream(h)}
	}
	metrics := identity.Service
	if s.App.PublicMetrics {
		metrics = identity.Public
	}
	return append([]lane.Route{
		{Pattern: "GET /_hotlane/health", Summary: "The process is up.", Class: admit.Always, Handler: httpio.HTTP(healthy)},
		{Pattern: "GET /_hotlane/ready", Summary: "The process wants requests.", Class: admit.Always, Handler: httpio.HTTP(s.readiness)},
		plain("GET /_hotlane/metrics", "Metrics for Prometheus.", metrics, admit.Always, s.telemetry.Handler()),
		plain("GET /_hotlane/openapi.json", "The lanes' API as OpenAPI 3.1.", identity.Public, admit.Critical, jsonBytes(document.JSON())),
		{Pattern: "GET /_hotlane/docs", Summary: "The lanes' API as a page.", Handler: httpio.HTTP((&docs{document: document}).page)},
		plain("GET "+web.Prefix+"/{file...}", "Styles and modules of the pages.", identity.Public, admit.Critical,
			web.Handler()),
		{Pattern: "GET " + identity.LoginPath, Summary: "Login of operators.", Class: admit.Critical, Handler: httpio.HTTP(loginPage)},
		{
			Pattern: "POST " + identity.LoginPath, Effect: lane.Write, Summary: "Log in with the admin key.", Class: admit.Critical,
			Limits: lane.Limits{Body: 16 << 10, Time: 10 * time.Second}, Handler: stream(s.identity.Login()),
		},
		{
			Pattern: "POST /_hotlane/logout", Effect: lane.Write, Summary: "Log out.", Class: admit.Critical,
			Limits: lane.Limits{Body: 16 << 10, Time: 10 * time.Second}, Handler: stream(s.identity.Logout()),
		},
	}, slices.Concat(s.components(), s.jobs(), s.events(), s.liveRoutes(), s.mailbox())...)
}

func stream(h http.Handler) httpio.Handler {
	return httpio.HTTP(func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	})
}

func jsonBytes(b []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(b) // the client may be gone
	})
}

// locals are all routes that this process answers itself, behind the door.
func (s *server) locals() ([]edge.Local, error) {
	var locals []edge.Local
	add := func(owner string, routes []lane.Route) error {
		for _, r := range routes {
			h, err := s.door.Route(r)
			if err != nil {
				return fmt.Errorf("%s: %w", ownerName(owner), err)
			}
			locals = append(locals, edge.Local{Lane: owner, Pattern: r.Pattern, Handler: h})
		}
		return nil
	}
	for _, one := range s.lanes.Served() {
		if err := checkRoutes(one); err != nil {
			return nil, err
		}
		if err := add(one.Name(), one.Routes()); err != nil {
			return nil, err
		}
	}
	document, err := s.document()
	if err != nil {
		return nil, err
	}
	locals = append(locals, edge.Local{Pattern: systemPrefix, Handler: http.HandlerFunc(notHere)})
	locals = append(locals, s.elsewhere()...)
	locals = append(locals, s.socket()...)
	return locals, add("", s.system(document))
}

// elsewhere makes the lanes known that another process serves: a rule of the shared config file that keeps paths to one of them is
// not wrong here, and those paths must not reach an upstream from here either.
func (s *server) elsewhere() []edge.Local {
	var locals []edge.Local
	for _, name := range s.lanes.Names() {
		if !slices.ContainsFunc(s.lanes.Served(), func(one lane.Lane) bool { return one.Name() == name }) {
			locals = append(locals, edge.Local{Lane: name, Pattern: systemPrefix + "elsewhere/" + name, Handler: http.HandlerFunc(notHere)})
		}
	}
	return locals
}

var errNotHere = fault.New(fault.NotFound, "hotlane.not_found", "There is no such page of Hotlane's own.")

// notHere keeps the program's paths from the upstreams, which may have ideas of their own about them.
func notHere(w http.ResponseWriter, _ *http.Request) { httpio.WriteProblem(w, errNotHere) }
