package caps

import "math/bits"

// slab hands out runs of entries in a few sizes, from blocks without pointers. What is given back is reused; blocks
// are never freed, so memory stays at its high-water mark.
type slab struct{ classes [classes]class }

type class struct {
	blocks [][]entry
	free   []uint32
	next   uint32
}

const (
	classes      = 24
	blockEntries = 64
	// HardPerUser is the most entries that one user can have, whatever the config says.
	HardPerUser = 4096
)

// classSize: 1 2 3 4 6 8 12 16 24 32 … 4096.
func classSize(c uint8) int {
	switch {
	case c < 2:
		return int(c) + 1
	case c%2 == 0:
		return 3 << ((c - 2) / 2)
	default:
		return 4 << ((c - 3) / 2)
	}
}

// classFor is the smallest class that holds n entries, 1 ≤ n ≤ HardPerUser.
func classFor(n int) uint8 {
	if n <= 4 {
		return uint8(n - 1)
	}
	half := uint8(2*bits.Len(uint(n-1)) - 2) // 6: n ≤ 8 would be 2*3-2=4, the class of 6
	if n <= classSize(half) {
		return half
	}
	return half + 1
}

// slotBits is the logarithm of how many runs one block of the class holds.
func slotBits(c uint8) uint32 {
	return uint32(max(0, bits.Len(blockEntries)-1-bits.Len(uint(classSize(c)-1))))
}

func (s *slab) alloc(c uint8) uint32 {
	k := &s.classes[c]
	if n := len(k.free); n > 0 {
		slot := k.free[n-1]
		k.free = k.free[:n-1]
		return slot
	}
	if int(k.next>>slotBits(c)) == len(k.blocks) {
		k.blocks = append(k.blocks, make([]entry, classSize(c)<<slotBits(c)))
	}
	k.next++
	return k.next - 1
}

func (s *slab) release(c uint8, slot uint32) { s.classes[c].free = append(s.classes[c].free, slot) }

// run is the whole memory of a slot.
func (s *slab) run(c uint8, slot uint32) []entry {
	b, size := slotBits(c), classSize(c)
	i := int(slot&(1<<b-1)) * size
	return s.classes[c].blocks[slot>>b][i : i+size : i+size]
}
