package engine

import (
	"slices"
	"sync/atomic"
)

// merge makes one index of the whole tail.
func (n *Snapshot) merge() {
	var all []*added
	dead := make(map[int32]bool)
	if r := n.recent; r != nil {
		for i, e := range r.items {
			if e == nil {
				continue
			}
			all = append(all, e)
			dead[e.number] = !r.isLive(int32(i))
		}
	}
	for _, e := range n.flat {
		all = append(all, e)
		dead[e.number] = e.killed.Load()
	}
	slices.SortStableFunc(all, byRank)
	r := &recent{items: all, numbers: make([]int32, len(all))}
	items := make([]Item, len(all))
	for i, e := range all {
		items[i], r.numbers[i] = e.item, e.number
	}
	r.x = Build(items)
	r.live = r.x.live
	for i, number := range r.numbers {
		if dead[number] {
			r.x.setLive(r.live, int32(i), false)
		}
	}
	n.recent, n.flat = r, nil
}

func (r *recent) isLive(i int32) bool {
	c := r.x.first[i]
	return atomic.LoadUint64(&r.live[c/wordBits])>>(c%wordBits)&1 != 0
}

// find is the place of an item, or -1. The receiver may be nil.
func (r *recent) find(number int32) int32 {
	if r == nil {
		return -1
	}
	if i := slices.Index(r.numbers, number); i >= 0 && r.items[i] != nil {
		return int32(i)
	}
	return -1
}

// without removes an item for good, in a copy that no one else has seen.
func (r *recent) without(i int32) *recent {
	c := *r
	c.items = slices.Clone(r.items)
	c.items[i] = nil
	c.x.setLive(c.live, i, false)
	return &c
}
