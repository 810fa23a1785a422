package app

import (
	"fmt"
	"io"
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
	t := table{tabwriter.NewWriter(p.Out, 0, 8, 2, ' ', 0)}
	t.row("ROUTE", "ANSWERED BY", "ACCESS", "EFFECT", "CLASS", "BODY", "TIME")
	for _, one := range h.lanes.Served() {
		t.routes("lane "+one.Name(), one.Routes())
	}
	document, err := s.document()
	if err != nil {
		return err
	}
	t.routes("hotlane", s.system(document))
	t.row(systemPrefix, "hotlane: 404")
	t.edge(h.Edge)
	return t.w.Flush()
}

// table writes aligned columns; what goes wrong is told by Flush.
type table struct{ w *tabwriter.Writer }

func (t table) row(cells ...string) {
	for i, c := range cells {
		if i > 0 {
			_, _ = io.WriteString(t.w, "\t")
		}
		_, _ = io.WriteString(t.w, c)
	}
	_, _ = io.WriteString(t.w, "\n")
}

func (t table) routes(owner string, routes []lane.Route) {
	for _, r := range routes {
		l := r.Limits
		if l.Body == 0 {
			l.Body = lane.DefaultLimits.Body
		}
		if l.Time == 0 {
			l.Time = lane.DefaultLimits.Time
		}
		t.row(r.Pattern, owner, r.Access.String(), r.Effect.String(), r.Class.String(), size(l.Body), bound(l.Time))
	}
}

func (t table) edge(c edge.Config) {
	for _, r := range c.Routes {
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
