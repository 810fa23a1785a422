package main

import (
	"math/bits"
	"time"
)

// histogram keeps times with an eighth of their size as the error, in little memory.
type histogram struct{ counts [8 * 40]int }

func (h *histogram) add(d time.Duration) { h.counts[slot(d)]++ }

func slot(d time.Duration) int {
	us := uint64(max(d.Microseconds(), 0)) + 8
	high := bits.Len64(us) - 1 // ≥ 3
	return min((high-3)*8+int(us>>(high-3))&7, 8*40-1)
}

func (h *histogram) join(o *histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
}

// at is a quantile: the upper end of its slot.
func (h *histogram) at(q float64) time.Duration {
	total, seen := 0, 0
	for _, n := range h.counts {
		total += n
	}
	for i, n := range h.counts {
		if seen += n; n > 0 && float64(seen) >= q*float64(total) {
			high := i/8 + 3
			us := uint64(8+i%8+1)<<(high-3) - 8
			return time.Duration(us) * time.Microsecond
		}
	}
	return 0
}
