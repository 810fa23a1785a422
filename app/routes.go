package app

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/lane"
)

// routes prints where every request goes.
func (p Program) routes(f flags) error {
	h, err := p.open(f)
	if err != nil {
		return err
	}
	s := &server{house: h}
	if _, err := s.front(); err != nil { // refuses what cannot be served
		return err
	}
	t := table{tabwriter.NewWriter(p.Out, 0, 8, 2, ' ', 0), map[int]bool{}}
	t.row("ROUTE", "ANSWERED BY", "ACCESS", "EFFECT", "CLASS", "BODY", "TIME")
	for _, one := range h.lanes.Served() {
		t.routes("lane "+one.Name(), one.Routes(), h.Edge.Routes)
	}
	document, err := s.document()
	if err != nil {
		return err
	}
	t.routes("hotlane", s.system(document), h.Edge.Routes)
	if h.live.any {
		t.row("GET "+h.Live.Path, "hotlane: live channels")
	}
	t.row(systemPrefix, "hotlane: 404")
	t.edge(h.Edge)
	return t.w.Flush()
}

// table writes aligned columns; what goes wrong is told by Flush.
type table struct {
	w     *tabwriter.Writer
	shown map[int]bool // rules of the config that stand with a route
}

func (t table) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			_, _ = io.WriteString(t.w, "\t")
		}
		_, _ = io.WriteString(t.w, c)
	}
	_, _ = io.WriteString(t.w, "\n")
}

// routes lists what answers here: routes that a rule gives to an upstream stand with the rules, and a rule that leaves them here may
// bound their time.
func (t table) routes(owner string, routes []lane.Route, rules []edge.RouteRule) {
	for _, r := range routes {
		l := r.Limits
		if l.Body == 0 {
			l.Body = lane.DefaultLimits.Body
		}
		if l.Time == 0 {
			l.Time = lane.DefaultLimits.Time
		}
		if i := slices.IndexFunc(rules, sameAs(r.Pattern)); i >= 0 {
			if rules[i].Upstream != "" {
				continue
			}
			t.shown[i] = true
			if most := rules[i].Timeout; most > 0 && (l.Time < 0 || most < l.Time) {
				l.Time = most
			}
		}
		t.row(r.Pattern, owner, r.Access.String(), r.Effect.String(), r.Class.String(), size(l.Body), bound(l.Time))
	}
}

func sameAs(pattern string) func(edge.RouteRule) bool {
	return func(r edge.RouteRule) bool { return edge.SamePattern(r.Match, pattern) }
}

func (t table) edge(c edge.Config) {
	for i, r := range c.Routes {
		if t.shown[i] {
			continue
		}
		target := "upstream " + r.Upstream
		if r.Lane != "" {
			target = "lane " + r.Lane + " only"
		}
		t.row(r.Match, target)
	}
	if c.Default == "" {
		t.row("(all else)", "404: no default upstream")
		return
	}
	t.row("(all else)", "upstream "+c.Default)
}

func size(n int64) string {
	switch {
	case n < 0:
		return "any"
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", n>>10)
	}
	return fmt.Sprintf("%dB", n)
}

func bound(d time.Duration) string {
	if d < 0 {
		return "any"
	}
	return d.String()
}
