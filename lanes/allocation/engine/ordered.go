package engine

import (
	"cmp"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// cut is a place between two values of an ordered attribute: just before its value, or just after it.
type cut struct {
	number  float64
	version targeting.VersionValue
	after   bool
}

func (c cut) compare(d cut) int {
	if r := cmp.Compare(c.number, d.number); r != 0 {
		return r
	}
	if r := c.version.Compare(d.version); r != 0 {
		return r
	}
	switch {
	case c.after == d.after:
		return 0
	case d.after:
		return -1
	}
	return 1
}

func lower(b targeting.Bound) cut { return cut{b.Number, b.Version, !b.Inclusive} }
func upper(b targeting.Bound) cut { return cut{b.Number, b.Version, b.Inclusive} }

// chooseCuts keeps the commonest ends of ranges, at most limit, in order.
func chooseCuts(ends []cut, limit int) []cut {
	slices.SortFunc(ends, cut.compare)
	type run struct {
		at cut
		n  int
	}
	var runs []run
	for i := range ends {
		if n := len(runs); n > 0 && runs[n-1].at.compare(ends[i]) == 0 {
			runs[n-1].n++
			continue
		}
		runs = append(runs, run{ends[i], 1})
	}
	if len(runs) > limit {
		slices.SortStableFunc(runs, func(a, b run) int { return b.n - a.n })
		runs = runs[:limit]
		slices.SortFunc(runs, func(a, b run) int { return a.at.compare(b.at) })
	}
	out := make([]cut, len(runs))
	for i := range runs {
		out[i] = runs[i].at
	}
	return out
}

// span is the intervals in which a range holds: from to before to. ok is false where an end is not among the cuts.
func span(cuts []cut, p *targeting.Predicate) (from, to int, ok bool) {
	to = len(cuts) + 1
	if p.Lo.Set {
		i, found := slices.BinarySearchFunc(cuts, lower(p.Lo), cut.compare)
		if !found {
			return 0, 0, false
		}
		from = i + 1
	}
	if p.Hi.Set {
		i, found := slices.BinarySearchFunc(cuts, upper(p.Hi), cut.compare)
		if !found {
			return 0, 0, false
		}
		to = i + 1
	}
	return from, to, true
}

// interval is how many cuts a value lies after.
func (a *attribute) interval(g *given) int {
	at := cut{number: g.number, version: g.version}
	if a.kind == targeting.Version {
		at.number = 0
	} else {
		at.version = targeting.VersionValue{}
	}
	n, same := slices.BinarySearchFunc(a.cuts, at, cut.compare)
	if same { // the cut just before the value
		n++
	}
	return n
}
