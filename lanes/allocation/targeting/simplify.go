package targeting

import (
	"cmp"
	"slices"
)

// simplify sorts a conjunction, joins ranges over one attribute, drops repeats and what always holds. The second result
// says why it can never hold, or "".
func (x *expander) simplify(c Conjunction) (Conjunction, string) {
	slices.SortStableFunc(c, comparePredicates)
	out := c[:0]
	for _, p := range c {
		if p.Op == Range && p.empty() {
			if p.Not {
				continue
			}
			return nil, p.String() + " is an empty range"
		}
		if n := len(out); n > 0 && out[n-1].Attr == p.Attr {
			last := &out[n-1]
			if last.Op == Range && p.Op == Range && !last.Not && !p.Not {
				if joined := intersect(*last, p); !joined.empty() {
					*last = joined
					continue
				}
				return nil, last.String() + " AND " + p.String() + " is an empty range"
			}
			if x.same(last, &p) {
				continue
			}
		}
		out = append(out, p)
	}
	for from := 0; from < len(out); {
		to := from + 1
		for to < len(out) && out[to].Attr == out[from].Attr {
			to++
		}
		if why := x.contradiction(out[from:to]); why != "" {
			return nil, why
		}
		from = to
	}
	return out, ""
}

func comparePredicates(a, b Predicate) int {
	if c := cmp.Compare(a.Attr, b.Attr); c != 0 {
		return c
	}
	if a.Not != b.Not {
		if b.Not {
			return -1
		}
		return 1
	}
	if c := cmp.Compare(a.Op, b.Op); c != 0 {
		return c
	}
	return cmp.Compare(len(a.Values), len(b.Values))
}

// contradiction looks at the predicates over one attribute, those without NOT first.
func (x *expander) contradiction(c Conjunction) string {
	for i := range c {
		if c[i].Not {
			break
		}
		for j := len(c) - 1; j > i && c[j].Not; j-- {
			if x.implies(&c[i], &c[j]) {
				return c[i].String() + " AND " + c[j].String()
			}
		}
	}
	return ""
}

// implies says whether q without its NOT holds wherever p does. Both are over the same attribute.
func (x *expander) implies(p, q *Predicate) bool {
	if q.Op == Exists {
		return true
	}
	x.budget -= 1 + (len(p.Values)+len(q.Values))/16
	switch {
	case x.budget < 0:
		return false
	case p.Op == In && q.Op == In:
		return subset(p.Values, q.Values)
	case (p.Op == In || p.Op == Prefix) && q.Op == Prefix:
		return x.prefixed(p.Values, q)
	case p.Op == Range && q.Op == Range:
		both := intersect(*p, *q)
		return both.Lo == p.Lo && both.Hi == p.Hi
	}
	return p.Op == Within && q.Op == Within && p.Lat == q.Lat && p.Lon == q.Lon && p.Meters <= q.Meters
}

func (x *expander) prefixed(values []string, q *Predicate) bool {
	for _, v := range values {
		if x.budget -= 1 + len(q.Values)/16; x.budget < 0 || !q.begins(v) {
			return false
		}
	}
	return true
}

// subset says whether the sorted a lies within the sorted b.
func subset(a, b []string) bool {
	for _, v := range a {
		i, ok := slices.BinarySearch(b, v)
		if !ok {
			return false
		}
		b = b[i+1:]
	}
	return true
}

func (x *expander) same(a, b *Predicate) bool {
	if a.Op != b.Op || a.Not != b.Not || a.Attr != b.Attr || len(a.Values) != len(b.Values) {
		return false
	}
	x.budget -= len(a.Values) / 16
	return alike(a.Ends, b.Ends) && alike(a.Circle, b.Circle) && slices.Equal(a.Values, b.Values)
}

func alike[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// Equal says whether two predicates ask the same.
func (p *Predicate) Equal(q *Predicate) bool {
	x := expander{budget: expansionBudget}
	return p.Kind == q.Kind && x.same(p, q)
}

func holdsAlready(all []Conjunction, c Conjunction) bool {
	if len(all) > 64 { // repeats are harmless; looking for them must stay cheap
		return false
	}
	for _, have := range all {
		if slices.EqualFunc(have, c, func(a, b Predicate) bool { return a.Equal(&b) }) {
			return true
		}
	}
	return false
}

// compareBounds orders values; both are set.
func compareBounds(kind Kind, a, b Bound) int {
	if kind == Version {
		return a.Version.Compare(b.Version)
	}
	return cmp.Compare(a.Number, b.Number)
}

func (p *Predicate) empty() bool {
	if p.Ends == nil || !p.Lo.Set || !p.Hi.Set {
		return false
	}
	c := compareBounds(p.Kind, p.Lo, p.Hi)
	return c > 0 || c == 0 && !(p.Lo.Inclusive && p.Hi.Inclusive)
}

// intersect is the range that both allow.
func intersect(p, q Predicate) Predicate {
	lo, hi := p.Lo, p.Hi
	if q.Lo.Set && (!lo.Set || tighter(compareBounds(p.Kind, q.Lo, lo), lo, q.Lo)) {
		lo = q.Lo
	}
	if q.Hi.Set && (!hi.Set || tighter(-compareBounds(p.Kind, q.Hi, hi), hi, q.Hi)) {
		hi = q.Hi
	}
	return p.between(lo, hi)
}

func tighter(c int, old, new Bound) bool {
	return c > 0 || c == 0 && old.Inclusive && !new.Inclusive
}
