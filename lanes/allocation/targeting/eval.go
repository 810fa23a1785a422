package targeting

import (
	"math"
	"slices"
	"strings"
)

// Eval says whether the expression holds for a request.
func (e *Expr) Eval(r *Request) bool {
	switch e.op {
	case opTrue:
		return true
	case opPredicate:
		return e.pred.Eval(r)
	case opAnd:
		for _, k := range e.kids {
			if !k.Eval(r) {
				return false
			}
		}
		return true
	case opOr:
		for _, k := range e.kids {
			if k.Eval(r) {
				return true
			}
		}
		return false
	}
	return !e.kids[0].Eval(r)
}

// Eval says whether all predicates hold for a request.
func (c Conjunction) Eval(r *Request) bool {
	for i := range c {
		if !c[i].Eval(r) {
			return false
		}
	}
	return true
}

// Eval says whether the predicate holds for a request.
func (p *Predicate) Eval(r *Request) bool {
	a := r.Find(p.Attr)
	return (a != nil && p.Holds(a)) != p.Not
}

// Holds says whether the predicate, its Not left aside, holds for an attribute that is given.
func (p *Predicate) Holds(a *Attr) bool {
	switch p.Op {
	case Exists:
		return true
	case In:
		return a.any(p.contains)
	case Prefix:
		return a.any(p.begins)
	case Within:
		return a.Form == FormPoint && Distance(p.Lat, p.Lon, a.Lat, a.Lon) <= p.Meters
	}
	switch p.Kind {
	case Number:
		return a.Form == FormNumber && p.ContainsNumber(a.Number)
	case Date:
		if a.Form != FormText {
			return false
		}
		s, _, ok := ParseDate(a.Text)
		return ok && p.ContainsNumber(float64(s))
	case Version:
		if a.Form != FormText {
			return false
		}
		v, ok := ParseVersion(a.Text)
		return ok && p.ContainsVersion(v)
	}
	return false
}

// any says whether one of the attribute's texts is accepted.
func (a *Attr) any(accept func(string) bool) bool {
	switch a.Form {
	case FormText:
		return accept(a.Text)
	case FormList:
		return slices.ContainsFunc(a.List, accept)
	}
	return false
}

func (p *Predicate) contains(s string) bool {
	_, ok := slices.BinarySearch(p.Values, s)
	return ok
}

func (p *Predicate) begins(s string) bool {
	for _, v := range p.Values {
		if strings.HasPrefix(s, v) {
			return true
		}
	}
	return false
}

// ContainsNumber says whether a number, or a date in seconds, lies in the range. NaN lies in none.
func (p *Predicate) ContainsNumber(x float64) bool {
	if math.IsNaN(x) {
		return false
	}
	if p.Lo.Set && (x < p.Lo.Number || x == p.Lo.Number && !p.Lo.Inclusive) {
		return false
	}
	return !p.Hi.Set || x < p.Hi.Number || x == p.Hi.Number && p.Hi.Inclusive
}

// ContainsVersion says whether a version lies in the range.
func (p *Predicate) ContainsVersion(v VersionValue) bool {
	if p.Lo.Set {
		if c := v.Compare(p.Lo.Version); c < 0 || c == 0 && !p.Lo.Inclusive {
			return false
		}
	}
	if p.Hi.Set {
		if c := v.Compare(p.Hi.Version); c > 0 || c == 0 && !p.Hi.Inclusive {
			return false
		}
	}
	return true
}

const earthRadius = 6_371_008.8 // metres, IUGG mean

// Distance is the great-circle distance in metres between two points in degrees (haversine).
func Distance(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (lat2-lat1)*rad/2, (lon2-lon1)*rad/2
	sLat, sLon := math.Sin(dLat), math.Sin(dLon)
	h := sLat*sLat + math.Cos(lat1*rad)*math.Cos(lat2*rad)*sLon*sLon
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}
