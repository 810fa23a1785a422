package targeting

import "strconv"

// Conjunctions expands the expression into a disjunction of conjunctions, of which any must hold. They are simplified,
// and those that can never hold are dropped. An expression that always holds is one empty conjunction; one that never
// does is the conjunction Never, so that the result is never empty. It is an *Error if there are more than MaxConjunctions, or if finding out takes too long.
func (e *Expr) Conjunctions() ([]Conjunction, error) {
	x := expander{budget: expansionBudget}
	out, ok := x.expand(e, false)
	if !ok {
		return nil, &Error{Offset: -1, Rule: ruleExpansion}
	}
	if len(out) == 0 {
		return []Conjunction{Never()}, nil
	}
	return out, nil
}

// Problems tells, in words, why an expression can be accepted by no one: that it can never match, or that it is too
// large to be indexed. Empty is fine. A text attribute may be a list, so only what holds for lists too is reported.
func (e *Expr) Problems() []string {
	x := expander{budget: expansionBudget}
	out, ok := x.expand(e, false)
	switch {
	case !ok:
		return []string{"the expression " + ruleExpansion}
	case len(out) > 0:
		return nil
	case len(x.reasons) == 0:
		return []string{"can never match"}
	}
	problems := make([]string, len(x.reasons))
	for i, r := range x.reasons {
		problems[i] = "can never match: " + r
	}
	return problems
}

// expansionBudget bounds the work of one expansion, in predicates joined plus a sixteenth of the values compared.
const (
	expansionBudget = 1 << 18
	maxReasons      = 5
)

var ruleExpansion = "must not expand to more than " + strconv.Itoa(MaxConjunctions) + " conjunctions (OR within AND multiplies)"

type expander struct {
	budget  int
	reasons []string // why conjunctions were dropped
}

func (x *expander) expand(e *Expr, not bool) ([]Conjunction, bool) {
	switch e.op {
	case opTrue:
		if not {
			return nil, true
		}
		return []Conjunction{{}}, true
	case opPredicate:
		p := e.pred
		p.Not = p.Not != not
		return x.keep(nil, Conjunction{p})
	case opNot:
		return x.expand(e.kids[0], !not)
	}
	if (e.op == opOr) != not {
		return x.union(e.kids, not)
	}
	return x.product(e.kids, not)
}

func (x *expander) union(kids []*Expr, not bool) ([]Conjunction, bool) {
	var out []Conjunction
	for _, k := range kids {
		part, ok := x.expand(k, not)
		if !ok || len(out)+len(part) > MaxConjunctions {
			return nil, false
		}
		for _, c := range part {
			if len(c) == 0 {
				return part[:1:1], true // always holds, and so does the whole
			}
			if !holdsAlready(out, c) {
				out = append(out, c)
			}
		}
	}
	return out, true
}

func (x *expander) product(kids []*Expr, not bool) ([]Conjunction, bool) {
	out := []Conjunction{{}}
	for _, k := range kids {
		part, ok := x.expand(k, not)
		if !ok {
			return nil, false
		}
		var next []Conjunction
		for _, a := range out {
			for _, b := range part {
				if next, ok = x.keep(next, append(append(make(Conjunction, 0, len(a)+len(b)), a...), b...)); !ok {
					return nil, false
				}
			}
		}
		out = next
	}
	return out, true
}

// keep adds a conjunction in its simple form, unless it can never hold.
func (x *expander) keep(to []Conjunction, c Conjunction) ([]Conjunction, bool) {
	x.budget -= 1 + len(c)
	c, why := x.simplify(c)
	if x.budget < 0 || len(to) >= MaxConjunctions {
		return nil, false
	}
	if why != "" {
		if len(x.reasons) < maxReasons {
			x.reasons = append(x.reasons, why)
		}
		return to, true
	}
	return append(to, c), true
}
