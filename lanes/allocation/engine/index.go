package engine

import (
	"sync/atomic"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// Item is one thing that may be allocated.
type Item struct {
	// Rules are alternatives, of which any must hold. None at all always holds. Build keeps them: never change them.
	Rules []targeting.Conjunction
	// Static is the rank that does not depend on the user: higher first, finite, 0 or more.
	Static float64
	// Topic is the affinity group; -1 is none.
	Topic int32
}

const (
	wordBits   = 64
	blockWords = 64 // words ANDed at a time; a mask of one word says which of them are not zero
	blockBits  = blockWords * wordBits
)

// Index answers which of its items match a request, in rank order. It is immutable but for its live bits, and may be
// read by any number of goroutines. Conjunctions are numbered in the order of their items.
type Index struct {
	items     []Item
	first     []uint32 // conjunctions of item i: first[i] to first[i+1]
	owner     []int32  // item of a conjunction
	blocks    int
	names     map[string][]int32 // attributes of that name, one per kind
	attrs     []attribute
	dense     []int32  // attributes with bit rows
	open      bitRow   // conjunctions without an anchor: found by scanning
	live      bitRow   // read and written atomically
	leftover  bitRow   // conjunctions with residual predicates
	postStart []uint32 // postings of value v: posts[postStart[v]:postStart[v+1]], ascending
	posts     []uint32 // conjunctions
	fullRows  []bitRow // of values with many postings
	fullRow   []int32  // by value: index in fullRows, or -1
	fullPop   []int    // bits set in a full row
	restStart []uint32 // residual predicates of conjunction c: rest[restStart[c]:restStart[c+1]]
	rest      []residual
	all       *Snapshot // of this index, without edits
}

// attribute is one name and kind that predicates ask for.
type attribute struct {
	name    string
	kind    targeting.Kind
	isDense bool
	absent  bitRow // dense: what is left when the request lacks it
	base    bitRow // dense: what is left when it has it, with a value that no predicate names
	ranges  []bitRow
	cuts    []cut             // ordered: ranges[i] is for values after i of the cuts
	values  map[string]uint32 // text: postings by value. Dense: where the bit differs from base; else anchored there
	exists  []uint32          // not dense: conjunctions anchored at its being there

	absentPop, basePop int
	rangePop           []int
}

// bitRow has a bit for each conjunction, padded to whole blocks.
type bitRow []uint64

func newRow(blocks int) bitRow { return make(bitRow, blocks*blockWords) }

func (r bitRow) fill() {
	for i := range r {
		r[i] = ^uint64(0)
	}
}

func (r bitRow) set(c uint32)      { r[c/wordBits] |= 1 << (c % wordBits) }
func (r bitRow) clear(c uint32)    { r[c/wordBits] &^= 1 << (c % wordBits) }
func (r bitRow) has(c uint32) bool { return r[c/wordBits]>>(c%wordBits)&1 != 0 }

func (r bitRow) block(b int) *[blockWords]uint64 { return (*[blockWords]uint64)(r[b*blockWords:]) }

func (r bitRow) clone() bitRow { return append(make(bitRow, 0, len(r)), r...) }

// Len is the number of items.
func (x *Index) Len() int { return len(x.items) }

// Conjunctions is the number of conjunctions over all items.
func (x *Index) Conjunctions() int { return len(x.owner) }

// Item returns an item as it was given to Build.
func (x *Index) Item(i int32) Item { return x.items[i] }

// Snapshot is the index without edits. It shares the index's live bits.
func (x *Index) Snapshot() *Snapshot { return x.all }

// Start begins a scan of the index without edits; see Snapshot.Start.
func (x *Index) Start(s *Scratch, r *targeting.Request, extra ...targeting.Attr) {
	x.all.Start(s, r, extra...)
}

// SetLive kills an item or brings it back, at once for whoever scans this index; see Snapshot.SetLive.
func (x *Index) SetLive(i int32, live bool) { x.all.SetLive(i, live) }

// Matches says whether an item's rules hold, whether it is live or not.
func (x *Index) Matches(i int32, r *targeting.Request) bool { return matches(&x.items[i], r) }

func matches(it *Item, r *targeting.Request) bool {
	if len(it.Rules) == 0 {
		return true
	}
	for _, c := range it.Rules {
		if c.Eval(r) {
			return true
		}
	}
	return false
}

// setLive flips the bits of one item.
func (x *Index) setLive(row bitRow, i int32, live bool) {
	for c := x.first[i]; c < x.first[i+1]; c++ {
		bit := uint64(1) << (c % wordBits)
		if live {
			atomic.OrUint64(&row[c/wordBits], bit)
		} else {
			atomic.AndUint64(&row[c/wordBits], ^bit)
		}
	}
}

// Bytes is about how much memory the index takes, without the items' rules.
func (x *Index) Bytes() int {
	n := 8*(len(x.open)+len(x.live)+len(x.leftover)) + 4*(len(x.first)+len(x.owner)+len(x.postStart)+len(x.posts))
	n += 4*(len(x.fullRow)+len(x.restStart)) + 16*len(x.rest) + 48*len(x.items)
	for _, r := range x.fullRows {
		n += 8 * len(r)
	}
	for i := range x.attrs {
		a := &x.attrs[i]
		n += 300 + 8*(len(a.absent)+len(a.base)) + 4*len(a.exists) + 64*len(a.cuts) + 40*len(a.values)
		for _, r := range a.ranges {
			n += 8 * len(r)
		}
	}
	return n
}
