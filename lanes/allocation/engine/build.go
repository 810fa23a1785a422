package engine

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// tuning is where the index trades memory against time. Tests use other values to force each path.
type tuning struct {
	maxDense   int // attributes with bit rows; each costs two rows and one AND a block
	minShare   int // an attribute is dense if at least one in so many conjunctions asks for it
	rowShare   int // a value has a row if at least one in so many conjunctions names it, else postings
	maxCuts    int // ends of ranges that are told apart in rows
	cutBytes   int // memory of the rows of one ordered attribute
	maxPosts   int // values of all sets that are entered, beyond 64 a conjunction; larger sets are left to residual checks
	maxReserve int // attributes whose name begins with ~ that are dense in any case
}

var standard = tuning{
	maxDense: 64, minShare: 512, rowShare: 64, maxCuts: 255, cutBytes: 16 << 20, maxPosts: 4 << 20, maxReserve: 8,
}

// Build makes the index of items in rank order: Static must not rise. It takes about 3 µs a conjunction.
func Build(items []Item) *Index { return build(items, standard) }

func build(items []Item, t tuning) *Index {
	b := &builder{tuning: t, x: &Index{items: items}, ids: make(map[attrKey]int32)}
	b.survey()
	b.chooseDense()
	b.chooseSets()
	b.makeRows()
	b.countValues()
	b.place()
	b.finish()
	return b.x
}

type attrKey struct {
	name string
	kind targeting.Kind
}

type builder struct {
	tuning
	x        *Index
	ids      map[attrKey]int32
	preds    []*targeting.Predicate // of all conjunctions in order
	attrOf   []int32                // by predicate
	start    []uint32               // predicates of conjunction c
	counts   []int                  // predicates by attribute
	setLimit int                    // values of a set that may have postings
	pairs    []pair                 // postings in the order of conjunctions
	nValues  uint32
	valueIDs []uint32 // of the sets over dense attributes, one set after the other
	idStart  []uint32 // by predicate
	restOf   []residual
	restAt   []uint32
	group    []uint32 // predicates of one conjunction over one attribute
}

// pair is one posting.
type pair struct{ value, conjunction uint32 }

// survey numbers conjunctions and attributes.
func (b *builder) survey() {
	x := b.x
	conjunctions, predicates := 0, 0
	for i := range x.items {
		conjunctions += max(1, len(x.items[i].Rules))
		for _, c := range x.items[i].Rules {
			predicates += len(c)
		}
	}
	x.first = make([]uint32, 0, len(x.items)+1)
	x.owner, b.start = make([]int32, 0, conjunctions), make([]uint32, 0, conjunctions+1)
	b.preds, b.attrOf = make([]*targeting.Predicate, 0, predicates), make([]int32, 0, predicates)
	b.restAt = make([]uint32, 0, conjunctions+1)
	for i := range x.items {
		x.first = append(x.first, uint32(len(x.owner)))
		rules := x.items[i].Rules
		if len(rules) == 0 {
			b.conjunction(int32(i), nil)
		}
		for _, c := range rules {
			b.conjunction(int32(i), c)
		}
	}
	n := len(x.owner)
	x.first = append(x.first, uint32(n))
	b.start = append(b.start, uint32(len(b.preds)))
	x.blocks = (n + blockBits - 1) / blockBits
	x.names = make(map[string][]int32, len(x.attrs))
	for id := range x.attrs {
		name := x.attrs[id].name
		x.names[name] = append(x.names[name], int32(id))
	}
}

func (b *builder) conjunction(item int32, c targeting.Conjunction) {
	b.x.owner = append(b.x.owner, item)
	b.start = append(b.start, uint32(len(b.preds)))
	for i := range c {
		p := &c[i]
		key := attrKey{p.Attr, p.Kind}
		id, ok := b.ids[key]
		if !ok {
			id = int32(len(b.x.attrs))
			b.ids[key] = id
			b.x.attrs = append(b.x.attrs, attribute{name: p.Attr, kind: p.Kind})
			b.counts = append(b.counts, 0)
		}
		b.preds, b.attrOf = append(b.preds, p), append(b.attrOf, id)
		b.counts[id]++
	}
}

// chooseDense takes the attributes that are asked for most, reserved ones first.
func (b *builder) chooseDense() {
	x := b.x
	order := make([]int32, len(x.attrs))
	for i := range order {
		order[i] = int32(i)
	}
	reserved := func(id int32) int {
		if strings.HasPrefix(x.attrs[id].name, "~") {
			return 0
		}
		return 1
	}
	slices.SortFunc(order, func(p, q int32) int {
		return cmp.Or(cmp.Compare(reserved(p), reserved(q)), cmp.Compare(b.counts[q], b.counts[p]), cmp.Compare(p, q))
	})
	least := len(x.owner) / b.minShare
	for i, id := range order {
		wanted := b.counts[id] >= least && i < b.maxDense
		if reserved(id) == 0 && i < b.maxReserve || wanted {
			x.attrs[id].isDense = true
			x.dense = append(x.dense, id)
		}
	}
}

// chooseSets finds how large a set may be so that all smaller ones together stay within the limit.
func (b *builder) chooseSets() {
	var sizes []int
	for _, p := range b.preds {
		if p.Op == targeting.In {
			sizes = append(sizes, len(p.Values))
		}
	}
	slices.Sort(sizes)
	total := 0
	for _, n := range sizes {
		if total += n; total > b.maxPosts+64*len(b.x.owner) {
			b.setLimit = n - 1
			return
		}
		b.setLimit = n
	}
}

func (b *builder) makeRows() {
	x := b.x
	full := func() bitRow {
		r := newRow(x.blocks)
		r.fill()
		return r
	}
	x.open, x.live, x.leftover = newRow(x.blocks), newRow(x.blocks), newRow(x.blocks)
	ends := make(map[int32][]cut)
	for i, p := range b.preds {
		id := b.attrOf[i]
		if p.Op != targeting.Range || !x.attrs[id].isDense {
			continue
		}
		if p.Lo.Set {
			ends[id] = append(ends[id], lower(p.Lo))
		}
		if p.Hi.Set {
			ends[id] = append(ends[id], upper(p.Hi))
		}
	}
	limit := min(b.maxCuts, b.cutBytes/max(1, 8*len(x.open)))
	for _, id := range x.dense {
		a := &x.attrs[id]
		a.absent, a.base = full(), full()
		if len(ends[id]) == 0 {
			continue
		}
		a.cuts = chooseCuts(ends[id], limit)
		for range len(a.cuts) + 1 {
			a.ranges = append(a.ranges, full())
		}
	}
}

// countValues numbers the values of dense attributes, and gives the common ones a row, in which place will collect
// where it differs from base.
func (b *builder) countValues() {
	x := b.x
	b.idStart = make([]uint32, len(b.preds)+1)
	total := 0
	for i, p := range b.preds {
		if b.postable(p) && x.attrs[b.attrOf[i]].isDense {
			total += len(p.Values)
		}
	}
	b.valueIDs = make([]uint32, 0, total)
	var counts []uint32
	for i, p := range b.preds {
		b.idStart[i] = uint32(len(b.valueIDs))
		id := b.attrOf[i]
		if !b.postable(p) || !x.attrs[id].isDense {
			continue
		}
		for _, s := range p.Values {
			v := b.number(&x.attrs[id], s)
			if int(v) == len(counts) {
				counts = append(counts, 0)
			}
			counts[v]++
			b.valueIDs = append(b.valueIDs, v)
		}
	}
	b.idStart[len(b.preds)] = uint32(len(b.valueIDs))
	x.fullRow = make([]int32, len(counts))
	for v, n := range counts {
		x.fullRow[v] = -1
		if int(n) > len(x.owner)/b.rowShare {
			x.fullRow[v] = int32(len(x.fullRows))
			x.fullRows = append(x.fullRows, newRow(x.blocks))
		}
	}
	x.fullPop = make([]int, len(x.fullRows))
}

// number finds a value among those of an attribute, or adds it.
func (b *builder) number(a *attribute, value string) uint32 {
	if v, ok := a.values[value]; ok {
		return v
	}
	if a.values == nil {
		a.values = make(map[string]uint32)
	}
	v := b.nValues
	b.nValues++
	a.values[value] = v
	return v
}

// finish sorts the postings by value, turns what place collected into rows, and counts bits.
func (b *builder) finish() {
	x := b.x
	x.postStart = make([]uint32, b.nValues+1)
	for _, p := range b.pairs {
		x.postStart[p.value+1]++
	}
	for v := range b.nValues {
		x.postStart[v+1] += x.postStart[v]
	}
	x.posts = make([]uint32, len(b.pairs))
	next := slices.Clone(x.postStart)
	for _, p := range b.pairs {
		x.posts[next[p.value]] = p.conjunction
		next[p.value]++
	}
	for len(x.fullRow) < int(b.nValues) {
		x.fullRow = append(x.fullRow, -1)
	}
	for _, id := range x.dense {
		a := &x.attrs[id]
		a.absentPop, a.basePop = a.absent.count(), a.base.count()
		for _, r := range a.ranges {
			a.rangePop = append(a.rangePop, r.count())
		}
		for _, v := range a.values {
			if i := x.fullRow[v]; i >= 0 {
				row := x.fullRows[i]
				for w, base := range a.base {
					row[w] ^= base
				}
				x.fullPop[i] = row.count()
			}
		}
	}
	x.restStart, x.rest = append(b.restAt, uint32(len(b.restOf))), b.restOf
	x.all = &Snapshot{x: x, live: x.live, next: int32(len(x.items))}
}

func (x *Index) postings(value uint32) []uint32 {
	return x.posts[x.postStart[value]:x.postStart[value+1]]
}

// toggle makes row differ from base at the given conjunctions, however often one is given.
func toggle(row, base bitRow, conjunctions []uint32) {
	for _, c := range conjunctions {
		w, bit := c/wordBits, uint64(1)<<(c%wordBits)
		row[w] = row[w]&^bit | ^base[w]&bit
	}
}

func (r bitRow) count() int {
	n := 0
	for _, w := range r {
		n += bits.OnesCount64(w)
	}
	return n
}
