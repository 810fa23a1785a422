package allocation

import "sync"

// counts folds what was decided until it is written. Shards keep decisions on different cores apart.
type counts struct {
	shards [16]struct {
		mu sync.Mutex
		by map[countKey]int64
		_  [40]byte // a cache line of its own
	}
}

type countKey struct{ hour, lineItem, creative, placement uint32 }

func newCounts() *counts {
	c := new(counts)
	for i := range c.shards {
		c.shards[i].by = map[countKey]int64{}
	}
	return c
}

func (c *counts) add(k countKey) {
	s := &c.shards[k.lineItem%uint32(len(c.shards))]
	s.mu.Lock()
	s.by[k]++
	s.mu.Unlock()
}

// take returns what was counted since the last time.
func (c *counts) take() []Count {
	var list []Count
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		by := s.by
		s.by = make(map[countKey]int64, len(by))
		s.mu.Unlock()
		for k, n := range by {
			list = append(list, Count{
				Hour: int64(k.hour), LineItem: int64(k.lineItem), Creative: int64(k.creative), Placement: int64(k.placement), Decisions: n,
			})
		}
	}
	return list
}

// putBack counts again what could not be written.
func (c *counts) putBack(list []Count) {
	for _, n := range list {
		k := countKey{uint32(n.Hour), uint32(n.LineItem), uint32(n.Creative), uint32(n.Placement)}
		s := &c.shards[k.lineItem%uint32(len(c.shards))]
		s.mu.Lock()
		s.by[k] += n.Decisions
		s.mu.Unlock()
	}
}
