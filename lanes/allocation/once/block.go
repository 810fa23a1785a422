// Package once remembers, for a block of tokens, which events of each have been counted: three bits a token. Marks only
// ever appear, so blocks can be merged in any order.
//
// It is pure: it does no I/O and reads no clock. A Block is not safe for concurrent use.
package once

import "math/bits"

// Size is how many tokens a block has.
const Size = 4096

// Kind is a kind of event.
type Kind uint8

const (
	Impression Kind = iota
	Click
	Conversion
	kinds
)

func (k Kind) String() string { return [...]string{"impression", "click", "conversion"}[k] }

// ParseKind reads impression, click or conversion.
func ParseKind(s string) (Kind, bool) {
	for k := Impression; k < kinds; k++ {
		if s == k.String() {
			return k, true
		}
	}
	return 0, false
}

type bitmap [Size / 64]uint64

// Block is the marks of Size tokens; the zero Block has none. 1.5 KiB.
type Block struct{ marks [kinds]bitmap }

// Mark notes the event and tells whether it is the first of its kind for the token. An index of Size or more, or an
// unknown kind, is never the first.
func (b *Block) Mark(kind Kind, index uint16) (first bool) {
	if kind >= kinds || index >= Size {
		return false
	}
	word, bit := &b.marks[kind][index/64], uint64(1)<<(index%64)
	first = *word&bit == 0
	*word |= bit
	return first
}

// Has tells whether the event has been marked.
func (b *Block) Has(kind Kind, index uint16) bool {
	return kind < kinds && index < Size && b.marks[kind][index/64]&(1<<(index%64)) != 0
}

// Clear takes a mark back: for a caller whose transaction failed after Mark.
func (b *Block) Clear(kind Kind, index uint16) {
	if kind < kinds && index < Size {
		b.marks[kind][index/64] &^= 1 << (index % 64)
	}
}

// Count is how many tokens have an event of the kind.
func (b *Block) Count(kind Kind) int {
	n := 0
	for _, w := range b.marks[kind] {
		n += bits.OnesCount64(w)
	}
	return n
}

// Merge adds the marks of another copy of the block.
func (b *Block) Merge(o *Block) {
	for k := range b.marks {
		for i := range b.marks[k] {
			b.marks[k][i] |= o.marks[k][i]
		}
	}
}
