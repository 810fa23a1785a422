package targeting

import (
	"math"
	"strconv"
)

// Text writes the expression so that ParseText reads the same one back.
func (e *Expr) Text() string { return string(e.appendText(nil, opOr)) }

// String is Text.
func (e *Expr) String() string { return e.Text() }

// appendText adds parentheses where the part binds less than what stands around it.
func (e *Expr) appendText(b []byte, around exprOp) []byte {
	switch e.op {
	case opTrue:
		return append(b, "TRUE"...)
	case opPredicate:
		return e.pred.appendText(b)
	case opNot:
		return e.kids[0].appendText(append(b, "NOT "...), opNot)
	}
	word, parens := " AND ", around == opNot
	if e.op == opOr {
		word, parens = " OR ", around != opOr
	}
	if parens {
		b = append(b, '(')
	}
	for i, k := range e.kids {
		if i > 0 {
			b = append(b, word...)
		}
		b = k.appendText(b, e.op)
	}
	if parens {
		b = append(b, ')')
	}
	return b
}

// String is the predicate as text.
func (p *Predicate) String() string { return string(p.appendText(nil)) }

func (p *Predicate) appendText(b []byte) []byte {
	switch p.Op {
	case In:
		if len(p.Values) == 1 {
			return quote(append(p.appendName(b, false), pick(p.Not, " != ", " = ")...), p.Values[0])
		}
		return appendSet(append(p.appendName(b, p.Not), " IN "...), p.Values)
	case Prefix:
		return appendSet(append(p.appendName(b, p.Not), " PREFIX "...), p.Values)
	case Exists:
		return append(p.appendName(b, p.Not), " EXISTS"...)
	case Within:
		b = append(p.appendName(b, p.Not), " WITHIN "...)
		n, unit := p.distance()
		b = append(append(append(appendNumber(b, n), ' '), unit...), " OF "...)
		return appendNumber(append(appendNumber(b, p.Lat), ','), p.Lon)
	}
	return p.appendRange(b)
}

func (p *Predicate) appendName(b []byte, not bool) []byte {
	b = append(b, p.Attr...)
	if not {
		b = append(b, " NOT"...)
	}
	return b
}

func (p *Predicate) appendRange(b []byte) []byte {
	switch {
	case p.Lo == p.Hi && p.Lo.Inclusive:
		return p.appendBound(append(p.appendName(b, false), pick(p.Not, " != ", " = ")...), p.Lo, false)
	case p.Lo.Set && p.Hi.Set && p.Lo.Inclusive && p.Hi.Inclusive:
		b = p.appendBound(append(p.appendName(b, p.Not), " BETWEEN "...), p.Lo, false)
		return p.appendBound(append(b, " AND "...), p.Hi, false)
	case p.Lo.Set && p.Hi.Set:
		lower, upper := p.between(p.Lo, Bound{}), p.between(Bound{}, p.Hi)
		lower.Not, upper.Not = false, false
		b = lower.appendText(append(b, pick(p.Not, "NOT (", "(")...))
		return append(upper.appendText(append(b, " AND "...)), ')')
	}
	if p.Not {
		b = append(b, "NOT "...)
	}
	b = p.appendName(b, false)
	if p.Lo.Set {
		b = append(b, pick(p.Lo.Inclusive, " >= ", " > ")...)
		return p.appendBound(b, p.Lo, p.Lo.Inclusive)
	}
	b = append(b, pick(p.Hi.Inclusive, " <= ", " < ")...)
	return p.appendBound(b, p.Hi, !p.Hi.Inclusive)
}

// appendBound writes a value; bare allows a date without its time.
func (p *Predicate) appendBound(b []byte, v Bound, bare bool) []byte {
	switch p.Kind {
	case Version:
		return quote(b, v.Version.String())
	case Date:
		return quote(b, dateString(v, bare))
	}
	return appendNumber(b, v.Number)
}

// distance chooses the unit in which the number reads back exactly.
func (p *Predicate) distance() (float64, string) {
	if km := p.Meters / 1000; p.Meters >= 1000 && km*1000 == p.Meters {
		return km, "km"
	}
	return p.Meters, "m"
}

func appendSet(b []byte, values []string) []byte {
	b = append(b, '(')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, v)
	}
	return append(b, ')')
}

// appendNumber is the shortest form that reads back exactly, without an exponent where that is short.
func appendNumber(b []byte, f float64) []byte {
	format := byte('g')
	if m := math.Abs(f); m == 0 || m >= 1e-6 && m < 1e15 {
		format = 'f'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
