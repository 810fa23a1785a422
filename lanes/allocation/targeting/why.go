package targeting

import "strings"

// Why lists in words what keeps the expression from holding for a request. Empty means that it holds.
func (e *Expr) Why(r *Request) []string {
	if e.Eval(r) {
		return nil
	}
	return e.why(nil, r, false)
}

// why is called where e (or, with not, its opposite) does not hold.
func (e *Expr) why(to []string, r *Request, not bool) []string {
	switch e.op {
	case opTrue:
		return append(to, "NOT TRUE never holds")
	case opPredicate:
		return append(to, e.pred.why(r, not))
	case opNot:
		return e.kids[0].why(to, r, !not)
	}
	if (e.op == opAnd) != not { // each part that fails is a reason
		for _, k := range e.kids {
			if k.Eval(r) == not {
				to = k.why(to, r, not)
			}
		}
		return to
	}
	var all []string
	for _, k := range e.kids {
		all = append(all, strings.Join(k.why(nil, r, not), " and "))
	}
	return append(to, "none of the alternatives: "+strings.Join(all, "; or: "))
}

// Why tells in words why the predicate does not hold for a request; "" if it does.
func (p *Predicate) Why(r *Request) string {
	if p.Eval(r) {
		return ""
	}
	return p.why(r, false)
}

func (p *Predicate) why(r *Request, not bool) string {
	q := *p
	q.Not = p.Not != not
	want := clip(q.String())
	a := r.Find(p.Attr)
	switch {
	case a == nil:
		return want + ": the request has no " + p.Attr
	case !p.readable(a):
		return want + ": the request gives " + p.Attr + " as " + a.describe() + ", which is not a " + p.Kind.String()
	}
	return want + ": " + p.Attr + " is " + a.describe()
}

// readable says whether the request gives the attribute in a form that its kind can read.
func (p *Predicate) readable(a *Attr) bool {
	if p.Op == Exists {
		return true
	}
	switch p.Kind {
	case Text:
		return a.Form == FormText || a.Form == FormList
	case Number:
		return a.Form == FormNumber
	case Geo:
		return a.Form == FormPoint
	case Version:
		_, ok := ParseVersion(a.Text)
		return ok && a.Form == FormText
	}
	_, _, ok := ParseDate(a.Text)
	return ok && a.Form == FormText
}

func (a *Attr) describe() string {
	switch a.Form {
	case FormText:
		return "'" + clip(a.Text) + "'"
	case FormNumber:
		return string(appendNumber(nil, a.Number))
	case FormPoint:
		return string(appendNumber(append(appendNumber(nil, a.Lat), ','), a.Lon))
	}
	shown := a.List
	more := ""
	if len(shown) > 10 {
		shown, more = shown[:10], ", …"
	}
	quoted := make([]string, len(shown))
	for i, s := range shown {
		quoted[i] = "'" + clip(s) + "'"
	}
	return "the list " + strings.Join(quoted, ", ") + more
}
