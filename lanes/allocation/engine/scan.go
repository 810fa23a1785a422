package engine

import "sync/atomic"

// sparseWords is from how few words on those that are left are visited one by one.
const sparseWords = 20

// scan finds the next item of the index, in rank order, or -1.
func (s *scanner) scan() int32 {
	x := s.x
	for {
		for s.word != 0 {
			c := s.base + trailing(s.word)
			s.word &= s.word - 1
			item := x.owner[c]
			if item == s.last || x.leftover.has(c) && !s.rest(c) {
				continue
			}
			s.last = item
			return item
		}
		if s.words == 0 && !s.nextBlock() {
			return -1
		}
		w := trailing(s.words)
		s.words &= s.words - 1
		s.word = s.acc[w]
		s.base = uint32(s.block-1)*blockBits + w*wordBits
	}
}

// nextBlock ANDs the rows of the next block in which anything is left.
func (s *scanner) nextBlock() bool {
	for s.block < s.x.blocks {
		b := s.block
		s.block++
		if s.words = s.begin(b); s.words == 0 {
			continue
		}
		if s.narrow(b); s.words != 0 {
			return true
		}
	}
	return false
}

// begin fills the block with the live conjunctions that have no anchor or whose anchor holds.
func (s *scanner) begin(b int) (words uint64) {
	open, marks, live := s.x.open.block(b), s.marks.block(b), s.live.block(b)
	for w := range blockWords {
		v := (open[w] | marks[w]) & atomic.LoadUint64(&live[w])
		s.acc[w] = v
		words |= (v | -v) >> 63 << w
	}
	return words
}

// narrow ANDs row after row, and stops as soon as nothing is left. While most words are left, four rows go at a time:
// that halves the loads and stores.
func (s *scanner) narrow(b int) {
	rows := s.active
	for len(rows) >= len(s.tmp) && !onesAtMost(s.words, sparseWords) {
		s.full(s.patched(&rows[0], b, 0), s.patched(&rows[1], b, 1), s.patched(&rows[2], b, 2), s.patched(&rows[3], b, 3))
		if s.words == 0 {
			return
		}
		rows = rows[len(s.tmp):]
	}
	for i := range rows {
		if s.sparse(s.patched(&rows[i], b, 0)); s.words == 0 {
			return
		}
	}
}

func onesAtMost(w uint64, n int) bool {
	for ; w != 0; n-- {
		if n == 0 {
			return false
		}
		w &= w - 1
	}
	return true
}

func (s *scanner) full(p, q, r, t *[blockWords]uint64) {
	var words uint64
	for w := range blockWords {
		v := s.acc[w] & p[w] & q[w] & r[w] & t[w]
		s.acc[w] = v
		words |= (v | -v) >> 63 << w
	}
	s.words = words
}

func (s *scanner) sparse(row *[blockWords]uint64) {
	for m := s.words; m != 0; m &= m - 1 {
		w := trailing(m)
		if s.acc[w] &= row[w]; s.acc[w] == 0 {
			s.words &^= 1 << w
		}
	}
}

// patched is a block of a row with the request's value in it, for which it may take one of the temporary blocks.
func (s *scanner) patched(a *activeRow, b, slot int) *[blockWords]uint64 {
	row := a.row.block(b)
	from := uint32(b) * blockBits
	a.behind(from)
	if len(a.toggles) == 0 || a.toggles[0] >= from+blockBits {
		return row
	}
	tmp := &s.tmp[slot]
	*tmp = *row
	for i, c := range a.toggles {
		if c >= from+blockBits {
			a.toggles = a.toggles[i:]
			return tmp
		}
		w, bit := (c-from)/wordBits, uint64(1)<<(c%wordBits)
		tmp[w] = tmp[w]&^bit | ^row[w]&bit
	}
	a.toggles = nil
	return tmp
}
