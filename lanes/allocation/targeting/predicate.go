package targeting

// Kind is what an attribute holds.
type Kind uint8

const (
	Text    Kind = iota // a string, or a list of them
	Number              // a finite float64
	Version             // "5.2.1", compared part by part
	Date                // an instant, to the second
	Geo                 // a point: degrees of latitude and longitude
)

func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case Number:
		return "number"
	case Version:
		return "version"
	case Date:
		return "date"
	case Geo:
		return "geo"
	}
	return "unknown"
}

// ParseKind reads a kind by its name, as a config file gives it.
func ParseKind(s string) (Kind, bool) {
	for k := Text; k <= Geo; k++ {
		if k.String() == s {
			return k, true
		}
	}
	return Text, false
}

// Op is what a predicate asks.
type Op uint8

const (
	In     Op = iota // one of Values (Text)
	Range            // between Lo and Hi (Number, Version, Date)
	Prefix           // begins with one of Values (Text)
	Within           // at most Meters from Lat, Lon (Geo)
	Exists           // the request has it, in any form
)

// Bound is one end of a range. A bound that is not Set is open.
type Bound struct {
	Set       bool
	Inclusive bool
	Number    float64 // Number; Date: seconds since 1970-01-01 UTC
	Version   VersionValue
}

// Predicate asks one thing of one attribute. Without Not it is false where the attribute is absent or of another form.
type Predicate struct {
	Attr    string
	Kind    Kind
	Op      Op
	Not     bool
	Values  []string // In, Prefix: sorted, distinct
	*Ends            // Range, else nil; never changed: predicates that are copied share it
	*Circle          // Within, else nil
}

// Ends are those of a range.
type Ends struct{ Lo, Hi Bound }

// Circle is a place and what is around it.
type Circle struct{ Lat, Lon, Meters float64 } // degrees, metres

// Conjunction holds where all of its predicates do. The empty one always holds.
type Conjunction []Predicate

// Never is a conjunction that does not hold for any request: one of no values.
func Never() Conjunction { return Conjunction{{Attr: "~never", Op: In}} }

// Require adds a predicate to every conjunction of a rule. An empty rule, which always holds, becomes that predicate.
func Require(rule []Conjunction, p Predicate) []Conjunction {
	if len(rule) == 0 {
		return []Conjunction{{p}}
	}
	out := make([]Conjunction, len(rule))
	for i, c := range rule {
		out[i] = append(append(make(Conjunction, 0, len(c)+1), c...), p)
	}
	return out
}

// between is the same predicate with other ends.
func (p Predicate) between(lo, hi Bound) Predicate {
	p.Ends = &Ends{lo, hi}
	return p
}

// OneOf is the predicate attr IN (values…) over a text attribute. The values are copied, sorted and made distinct.
func OneOf(attr string, values ...string) Predicate {
	return Predicate{Attr: attr, Kind: Text, Op: In, Values: distinct(append([]string(nil), values...))}
}
