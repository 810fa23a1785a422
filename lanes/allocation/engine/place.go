package engine

import "github.com/hotlane/hotlane/lanes/allocation/targeting"

// place decides for every conjunction which of its predicates the rows answer, where it is anchored, and what is left
// to check one by one.
func (b *builder) place() {
	x := b.x
	seen := make([]uint32, len(x.attrs)) // conjunction+1 that was grouped last
	for c := range uint32(len(x.owner)) {
		x.live.set(c)
		b.restAt = append(b.restAt, uint32(len(b.restOf)))
		from, to := b.start[c], b.start[c+1]
		anchor := int(-1)
		for i := from; i < to; i++ {
			id := b.attrOf[i]
			if !x.attrs[id].isDense {
				if b.better(int(i), anchor) {
					anchor = int(i)
				}
				continue
			}
			if seen[id] == c+1 {
				continue
			}
			seen[id] = c + 1
			b.group = b.group[:0]
			for j := i; j < to; j++ {
				if b.attrOf[j] == id {
					b.group = append(b.group, j)
				}
			}
			b.placeDense(c, id)
		}
		b.placeRare(c, from, to, anchor)
		if b.restAt[c] < uint32(len(b.restOf)) {
			x.leftover.set(c)
		}
	}
}

// postable says whether a predicate is a set of values that may have postings.
func (b *builder) postable(p *targeting.Predicate) bool {
	return p.Op == targeting.In && len(p.Values) <= b.setLimit
}

// better says whether predicate i makes the better anchor: postable ones first, then the rarer attribute, then fewer values.
func (b *builder) better(i, than int) bool {
	p := b.preds[i]
	if p.Not {
		return false
	}
	if than < 0 {
		return true
	}
	q := b.preds[than]
	if ps, qs := b.postable(p), b.postable(q); ps != qs {
		return ps
	}
	if n, m := b.counts[b.attrOf[i]], b.counts[b.attrOf[than]]; n != m {
		return n < m
	}
	return len(p.Values) < len(q.Values)
}

func (b *builder) placeRare(c uint32, from, to uint32, anchor int) {
	x := b.x
	exact := -1
	if anchor < 0 {
		x.open.set(c)
	} else if p, id := b.preds[anchor], b.attrOf[anchor]; b.postable(p) {
		for _, s := range p.Values {
			b.pairs = append(b.pairs, pair{b.number(&x.attrs[id], s), c})
		}
		exact = anchor
	} else {
		x.attrs[id].exists = append(x.attrs[id].exists, c)
	}
	for i := from; i < to; i++ {
		if id := b.attrOf[i]; !x.attrs[id].isDense && int(i) != exact {
			b.keep(b.preds[i], id)
		}
	}
}

func (b *builder) keep(p *targeting.Predicate, id int32) {
	b.restOf = append(b.restOf, residual{pred: p, attr: id})
}

// post enters the values of set i over a dense attribute.
func (b *builder) post(i, c uint32) {
	x := b.x
	for _, v := range b.valueIDs[b.idStart[i]:b.idStart[i+1]] {
		if row := x.fullRow[v]; row >= 0 {
			x.fullRows[row].set(c)
		} else {
			b.pairs = append(b.pairs, pair{v, c})
		}
	}
}

// placeDense enters what b.group asks of a dense attribute into its rows.
func (b *builder) placeDense(c uint32, id int32) {
	a := &b.x.attrs[id]
	mustBeAbsent := false
	for _, i := range b.group {
		p := b.preds[i]
		if !p.Not {
			a.absent.clear(c)
		} else if p.Op == targeting.Exists {
			mustBeAbsent = true
		}
	}
	if mustBeAbsent { // the bit stays off for every value: nothing else can matter
		a.base.clear(c)
		for _, r := range a.ranges {
			r.clear(c)
		}
		return
	}
	if a.kind == targeting.Text {
		b.placeText(c, id, a)
		return
	}
	for _, i := range b.group {
		p := b.preds[i]
		switch p.Op {
		case targeting.Exists:
		case targeting.Range:
			from, to, ok := span(a.cuts, p)
			if !ok {
				b.keep(p, id)
				continue
			}
			if !p.Not { // a value of the wrong form
				a.base.clear(c)
			}
			for i, r := range a.ranges {
				if (i >= from && i < to) == p.Not {
					r.clear(c)
				}
			}
		default:
			b.keep(p, id)
		}
	}
}

// placeText: a list of values takes the bit from every value that differs from base, which is right as long as a
// conjunction has one IN, or only NOT INs, in the rows. The others of a group are checked one by one.
func (b *builder) placeText(c uint32, id int32, a *attribute) {
	in := -1
	for _, i := range b.group {
		p := b.preds[i]
		if !p.Not && b.postable(p) && (in < 0 || len(p.Values) < len(b.preds[in].Values)) {
			in = int(i)
		}
	}
	if in >= 0 {
		a.base.clear(c)
		b.post(uint32(in), c)
	}
	for _, i := range b.group {
		p := b.preds[i]
		switch {
		case int(i) == in || p.Op == targeting.Exists:
		case in < 0 && p.Not && b.postable(p):
			b.post(i, c)
		default:
			b.keep(p, id)
		}
	}
}
