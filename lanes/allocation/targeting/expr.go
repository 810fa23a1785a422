package targeting

import "slices"

type exprOp uint8

const (
	opTrue exprOp = iota
	opPredicate
	opAnd
	opOr
	opNot
)

// Expr is an expression that has been checked against a schema. It is immutable. The constructors keep it in one form:
// AND and OR have at least two parts and do not stand directly in their like, NOT stands only before AND, OR and TRUE,
// a range that is not closed on both sides has one side.
type Expr struct {
	op   exprOp
	kids []*Expr
	pred Predicate
}

// True always holds.
func True() *Expr { return &Expr{op: opTrue} }

// And holds where all parts do. Without parts it is True.
func And(parts ...*Expr) *Expr { return join(opAnd, True, parts) }

// Or holds where any part does. Without parts it never holds.
func Or(parts ...*Expr) *Expr { return join(opOr, func() *Expr { return Not(True()) }, parts) }

// Not holds where the part does not.
func Not(e *Expr) *Expr {
	switch e.op {
	case opNot:
		return e.kids[0]
	case opPredicate:
		p := e.pred
		p.Not = !p.Not
		return &Expr{op: opPredicate, pred: p}
	}
	return &Expr{op: opNot, kids: []*Expr{e}}
}

func join(op exprOp, none func() *Expr, parts []*Expr) *Expr {
	kids := make([]*Expr, 0, len(parts))
	for _, e := range parts {
		if e.op == op {
			kids = append(kids, e.kids...)
			continue
		}
		kids = append(kids, e)
	}
	switch len(kids) {
	case 0:
		return none()
	case 1:
		return kids[0]
	}
	return &Expr{op: op, kids: kids}
}

func leaf(p Predicate) *Expr { return &Expr{op: opPredicate, pred: p} }

// size counts nodes and levels. A predicate has no level of its own.
func (e *Expr) size() (nodes, depth int) {
	nodes = 1
	for _, k := range e.kids {
		n, d := k.size()
		nodes, depth = nodes+n, max(depth, d)
	}
	if len(e.kids) > 0 {
		depth++
	}
	return nodes, depth
}

// fits returns the rule that a too large expression breaks, or "".
func (e *Expr) fits() string {
	nodes, depth := e.size()
	switch {
	case depth > MaxDepth:
		return ruleDepth
	case nodes > MaxNodes:
		return ruleNodes
	}
	return ""
}

// Predicates calls visit for each predicate, in the order in which they are written.
func (e *Expr) Predicates(visit func(*Predicate)) {
	if e.op == opPredicate {
		visit(&e.pred)
		return
	}
	for _, k := range e.kids {
		k.Predicates(visit)
	}
}

// Attributes lists the names that the expression asks for, sorted, each once.
func (e *Expr) Attributes() []string {
	var names []string
	e.Predicates(func(p *Predicate) { names = append(names, p.Attr) })
	return distinct(names)
}

// distinct sorts in place and drops repeats.
func distinct(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
