package engine

import (
	"math/bits"
	"slices"

	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// scanner is the working memory of a scan over one index.
type scanner struct {
	x    *Index
	live bitRow

	epoch uint32
	given []given // by attribute
	extra []targeting.Attr

	active  []activeRow // most selective first
	unions  []bitRow    // rows made for lists
	nUnions int
	marks   bitRow // conjunctions whose anchor holds
	marked  []uint32

	acc   [blockWords]uint64
	tmp   [4][blockWords]uint64
	block int    // the next to be looked at
	words uint64 // words of acc that are not zero and not yet begun
	word  uint64 // what is left of the current word
	base  uint32 // conjunction of the current word's lowest bit
	last  int32  // item found last
}

// activeRow is the row of one attribute for one request.
type activeRow struct {
	row     bitRow
	toggles []uint32 // conjunctions at which it differs, ascending; what lies behind the scan is cut off
	pop     int      // about how many bits are set
}

// start resolves the request to rows. The request must not change until the scan ends.
func (s *scanner) start(x *Index, live bitRow, r *targeting.Request, extra []targeting.Attr) {
	s.reset(x, live)
	s.extra = append(s.extra[:0], extra...)
	for i := range s.extra {
		s.resolve(&s.extra[i])
	}
	for i := range r.Attrs {
		s.resolve(&r.Attrs[i])
	}
	for _, id := range x.dense {
		if a := &x.attrs[id]; s.given[id].epoch != s.epoch && a.absentPop < len(x.open)*wordBits {
			s.active = append(s.active, activeRow{row: a.absent, pop: a.absentPop})
		}
	}
	slices.SortFunc(s.active, func(a, b activeRow) int { return a.pop - b.pop })
}

func (s *scanner) reset(x *Index, live bitRow) {
	if s.x != x {
		s.x, s.epoch = x, 0
		s.given = slices.Grow(s.given[:0], len(x.attrs))[:len(x.attrs)]
		clear(s.given)
		s.marked = s.marked[:0]
		if len(s.marks) != len(x.open) {
			s.marks, s.unions = newRow(x.blocks), nil
		}
		clear(s.marks)
	}
	if s.epoch++; s.epoch == 0 { // after 4 billion scans
		clear(s.given)
		s.epoch = 1
	}
	for _, w := range s.marked {
		s.marks[w] = 0
	}
	s.live = live
	s.marked, s.active, s.nUnions = s.marked[:0], s.active[:0], 0
	s.block, s.words, s.word, s.last = 0, 0, 0, -1
}

// resolve finds what the index knows about one attribute of the request.
func (s *scanner) resolve(a *targeting.Attr) {
	if a.Form == targeting.FormList && len(a.List) == 0 {
		return
	}
	for _, id := range s.x.names[a.Name] {
		g := &s.given[id]
		if g.epoch == s.epoch {
			continue // given twice: the first counts
		}
		g.epoch = s.epoch
		at := &s.x.attrs[id]
		g.read(at.kind, a)
		if at.isDense {
			s.activate(at, g)
		} else {
			s.anchor(at, a)
		}
	}
}

// anchor marks the conjunctions that are anchored at a value of a rare attribute.
func (s *scanner) anchor(at *attribute, a *targeting.Attr) {
	s.mark(at.exists)
	if at.values == nil {
		return
	}
	switch a.Form {
	case targeting.FormText:
		if v, ok := at.values[a.Text]; ok {
			s.mark(s.x.postings(v))
		}
	case targeting.FormList:
		for _, text := range a.List {
			if v, ok := at.values[text]; ok {
				s.mark(s.x.postings(v))
			}
		}
	}
}

func (s *scanner) mark(conjunctions []uint32) {
	for _, c := range conjunctions {
		w := c / wordBits
		if s.marks[w] == 0 {
			s.marked = append(s.marked, w)
		}
		s.marks[w] |= 1 << (c % wordBits)
	}
}

// activate chooses the row of a dense attribute that the request has.
func (s *scanner) activate(at *attribute, g *given) {
	act := activeRow{row: at.base, pop: at.basePop}
	switch {
	case len(at.ranges) > 0 && g.ok:
		i := at.interval(g)
		act.row, act.pop = at.ranges[i], at.rangePop[i]
	case at.values == nil:
	case g.attr.Form == targeting.FormText:
		s.one(&act, at, g.attr.Text)
	case g.attr.Form == targeting.FormList && len(g.attr.List) == 1:
		s.one(&act, at, g.attr.List[0])
	case g.attr.Form == targeting.FormList:
		s.union(&act, at, g.attr.List)
	}
	if s.narrows(&act, at) {
		s.active = append(s.active, act)
	}
}

// narrows is false for a row of ones, as of an attribute that is asked for in NOT IN only.
func (s *scanner) narrows(act *activeRow, at *attribute) bool {
	changed := len(act.toggles) > 0 || len(act.row) > 0 && &act.row[0] != &at.base[0]
	return changed || act.pop < len(s.x.open)*wordBits
}

func (s *scanner) one(act *activeRow, at *attribute, text string) {
	v, ok := at.values[text]
	if !ok {
		return
	}
	if i := s.x.fullRow[v]; i >= 0 {
		act.row, act.pop = s.x.fullRows[i], s.x.fullPop[i]
		return
	}
	act.toggles = s.x.postings(v)
	act.pop += len(act.toggles)
}

// union makes the row of several values: it differs from base wherever the row of any of them does.
func (s *scanner) union(act *activeRow, at *attribute, texts []string) {
	if s.nUnions == len(s.unions) {
		s.unions = append(s.unions, newRow(s.x.blocks))
	}
	row := s.unions[s.nUnions]
	s.nUnions++
	copy(row, at.base)
	for _, text := range texts {
		v, ok := at.values[text]
		if !ok {
			continue
		}
		if i := s.x.fullRow[v]; i >= 0 {
			full := s.x.fullRows[i]
			for w, b := range at.base {
				row[w] = b ^ ((row[w] ^ b) | (full[w] ^ b))
			}
			continue
		}
		posts := s.x.postings(v)
		toggle(row, at.base, posts)
		act.pop += len(posts)
	}
	act.row = row
}

// behind drops the toggles before a conjunction.
func (a *activeRow) behind(c uint32) {
	if len(a.toggles) == 0 || a.toggles[0] >= c {
		return
	}
	i, _ := slices.BinarySearch(a.toggles, c)
	a.toggles = a.toggles[i:]
}

func trailing(w uint64) uint32 { return uint32(bits.TrailingZeros64(w)) }
