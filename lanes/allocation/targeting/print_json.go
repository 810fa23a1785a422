package targeting

import "github.com/go-json-experiment/json/jsontext"

// JSON writes the expression so that ParseJSON reads the same one back.
func (e *Expr) JSON() []byte { return e.appendJSON(nil) }

// MarshalJSON is JSON.
func (e *Expr) MarshalJSON() ([]byte, error) { return e.JSON(), nil }

func (e *Expr) appendJSON(b []byte) []byte {
	switch e.op {
	case opTrue:
		return append(b, "true"...)
	case opPredicate:
		return e.pred.appendJSON(b)
	case opNot:
		return append(e.kids[0].appendJSON(append(b, `{"not":`...)), '}')
	}
	b = append(b, pick(e.op == opAnd, `{"and":[`, `{"or":[`)...)
	for i, k := range e.kids {
		if i > 0 {
			b = append(b, ',')
		}
		b = k.appendJSON(b)
	}
	return append(b, "]}"...)
}

func (p *Predicate) appendJSON(b []byte) []byte {
	if p.Not && p.Op != In && p.Op != Exists {
		q := *p
		q.Not = false
		return append(q.appendJSON(append(b, `{"not":`...)), '}')
	}
	b = append(append(append(b, `{"attr":"`...), p.Attr...), `",`...)
	switch p.Op {
	case In:
		b = appendStrings(append(b, pick(p.Not, `"not_in":`, `"in":`)...), p.Values)
	case Prefix:
		b = appendStrings(append(b, `"prefix":`...), p.Values)
	case Exists:
		b = append(b, pick(p.Not, `"exists":false`, `"exists":true`)...)
	case Within:
		n, unit := p.distance()
		b = appendNumber(append(b, `"within":{"lat":`...), p.Lat)
		b = appendNumber(append(b, `,"lon":`...), p.Lon)
		b = appendNumber(append(append(append(b, `,"`...), unit...), `":`...), n)
		b = append(b, '}')
	case Range:
		b = p.appendRangeJSON(b)
	}
	return append(b, '}')
}

func (p *Predicate) appendRangeJSON(b []byte) []byte {
	if p.Lo == p.Hi && p.Lo.Inclusive {
		return p.appendBoundJSON(append(b, `"eq":`...), p.Lo, false)
	}
	bare := !(p.Lo.Set && p.Hi.Set) // a closed range of dates must keep its instants
	if p.Lo.Set {
		b = p.appendBoundJSON(append(b, pick(p.Lo.Inclusive, `"gte":`, `"gt":`)...), p.Lo, bare && p.Lo.Inclusive)
	}
	if p.Lo.Set && p.Hi.Set {
		b = append(b, ',')
	}
	if p.Hi.Set {
		b = p.appendBoundJSON(append(b, pick(p.Hi.Inclusive, `"lte":`, `"lt":`)...), p.Hi, bare && !p.Hi.Inclusive)
	}
	return b
}

func (p *Predicate) appendBoundJSON(b []byte, v Bound, bare bool) []byte {
	switch p.Kind {
	case Version:
		return appendString(b, v.Version.String())
	case Date:
		return appendString(b, dateString(v, bare))
	}
	return appendNumber(b, v.Number)
}

func appendStrings(b []byte, values []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, v)
	}
	return append(b, ']')
}

func appendString(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // fails on invalid UTF-8 only, which no parsed value has
	return b
}
