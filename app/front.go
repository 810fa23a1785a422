package app

import (
	"fmt"
	"strings"
	"time"

	"github.com/hotlane/hotlane/app/config"
	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
)

// front is the edge with everything that this process answers itself.
func (s *server) front() (*edge.Edge, error) {
	locals, err := s.locals()
	if err != nil {
		return nil, err
	}
	watch, err := newPassed(s.log, s.Telemetry, s.telemetry.Registry())
	if err != nil {
		return nil, err
	}
	front, err := edge.New(s.Edge, locals, edge.Deps{
		Log: s.log, Now: time.Now, Metrics: watch, Outgoing: s.identity.StripCredentials,
	})
	if err != nil {
		return nil, config.Locate(s.file, err, map[string]any{"edge": &edge.Config{}})
	}
	return front, nil
}

// document describes the lanes' routes. Pages and streams of bytes are in it by their summary only.
func (s *server) document() (*httpio.Document, error) { return s.documentOf(Version()) }

// documentOf names no version where the text is kept and compared.
func (s *server) documentOf(version string) (*httpio.Document, error) {
	d := httpio.NewDocument("Hotlane", version)
	for _, one := range s.lanes.Served() {
		for _, r := range one.Routes() {
			err := d.Add(httpio.Operation{
				Pattern: r.Pattern, Summary: r.Summary, Tag: one.Name(), Handler: r.Handler,
				Access: r.Access.String(), Effect: r.Effect.String(), Class: r.Class.String(),
			})
			if err != nil {
				return nil, fmt.Errorf("lane %s: %w", one.Name(), err)
			}
		}
	}
	return d, nil
}

// checkRoutes keeps the program's own paths to the program.
func checkRoutes(one lane.Lane) error {
	for _, r := range one.Routes() {
		method, path, ok := strings.Cut(r.Pattern, " ")
		switch {
		case !ok || method == "":
			return fmt.Errorf("lane %s: route %q: must name a method", one.Name(), r.Pattern)
		case strings.HasPrefix(path, systemPrefix):
			return fmt.Errorf("lane %s: route %q: %s is the program's own", one.Name(), r.Pattern, systemPrefix)
		case r.Handler == nil:
			return fmt.Errorf("lane %s: route %q: has no handler", one.Name(), r.Pattern)
		}
	}
	return nil
}

func ownerName(owner string) string {
	if owner == "" {
		return "hotlane"
	}
	return "lane " + owner
}
