package engine

import (
	"math"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// residual is a predicate that the rows and postings do not decide.
type residual struct {
	pred *targeting.Predicate
	attr int32
}

// given is what a request says of one attribute, read once.
type given struct {
	epoch   uint32 // of the scan to which it belongs
	ok      bool   // number, date or version could be read
	attr    *targeting.Attr
	number  float64
	version targeting.VersionValue
}

// read resolves the value for the attribute's kind.
func (g *given) read(kind targeting.Kind, a *targeting.Attr) {
	g.attr, g.ok = a, false
	switch kind {
	case targeting.Number:
		g.number, g.ok = a.Number, a.Form == targeting.FormNumber && !math.IsNaN(a.Number)
	case targeting.Date:
		if a.Form == targeting.FormText {
			seconds, _, ok := targeting.ParseDate(a.Text)
			g.number, g.ok = float64(seconds), ok
		}
	case targeting.Version:
		if a.Form == targeting.FormText {
			g.version, g.ok = targeting.ParseVersion(a.Text)
		}
	}
}

// rest says whether all residual predicates of a conjunction hold.
func (s *scanner) rest(c uint32) bool {
	x := s.x
	for _, r := range x.rest[x.restStart[c]:x.restStart[c+1]] {
		g := &s.given[r.attr]
		if (g.epoch == s.epoch && g.holds(r.pred)) == r.pred.Not {
			return false
		}
	}
	return true
}

// holds leaves Not aside; the request has the attribute.
func (g *given) holds(p *targeting.Predicate) bool {
	if p.Op == targeting.Range {
		if p.Kind == targeting.Version {
			return g.ok && p.ContainsVersion(g.version)
		}
		return g.ok && p.ContainsNumber(g.number)
	}
	if p.Op == targeting.Within && g.attr.Form == targeting.FormPoint && tooFar(p, g.attr) {
		return false
	}
	return p.Holds(g.attr)
}

// tooFar is a cheap bound on the distance, with room for rounding: a degree of latitude is never less than 111 km.
func tooFar(p *targeting.Predicate, a *targeting.Attr) bool {
	return math.Abs(p.Lat-a.Lat)*111_000 > p.Meters+1
}
