package engine

// Scored is an item and its score for one user.
type Scored struct {
	Item  int32
	Score float64
}

// TopK goes on with a scan that was started until no item that is still to come can be among the k best by
// Static × (1 + affinity[topic]), and appends these to out, best first; of equal scores the one that ranks before comes
// first. Affinity below -1 counts as -1, a topic beyond the slice and no topic as 0. accept may refuse an item (nil
// accepts all); it is asked once for each item that could be among the best, in rank order.
func (s *Scratch) TopK(k int, affinity []float64, accept func(item int32) bool, out []Scored) []Scored {
	if k <= 0 {
		return out
	}
	best := 1.0
	for _, a := range affinity {
		best = max(best, factor(a))
	}
	top := s.top[:0]
	for {
		number, ok := s.Next()
		if !ok {
			break
		}
		it := s.given
		if len(top) == k && it.Static*best <= top[k-1].Score {
			break // those to come rank behind, and do not score higher
		}
		score := it.Static
		if it.Topic >= 0 && int(it.Topic) < len(affinity) {
			score *= factor(affinity[it.Topic])
		}
		if len(top) == k && score <= top[k-1].Score || accept != nil && !accept(number) {
			continue
		}
		if len(top) < k {
			top = append(top, Scored{})
		}
		i := len(top) - 1
		for ; i > 0 && top[i-1].Score < score; i-- {
			top[i] = top[i-1]
		}
		top[i] = Scored{number, score}
	}
	s.top = top
	return append(out, top...)
}

// factor also turns NaN into 0.
func factor(affinity float64) float64 {
	if affinity > -1 {
		return 1 + affinity
	}
	return 0
}
