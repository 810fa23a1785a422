package allocation

import (
	"iter"
	"maps"
)

// shelf is a map that is read by all, and changed by making another: the changes since the last build stand before what was
// there then.
type shelf[K comparable, V any] struct{ built, edited map[K]V }

func newShelf[K comparable, V any](size int) shelf[K, V] {
	return shelf[K, V]{built: make(map[K]V, size)}
}

// get is the zero value where there is nothing.
func (s shelf[K, V]) get(k K) V {
	if v, ok := s.edited[k]; ok {
		return v
	}
	return s.built[k]
}

// edit is a copy whose put changes it alone.
func (s shelf[K, V]) edit() shelf[K, V] {
	if s.edited = maps.Clone(s.edited); s.edited == nil {
		s.edited = map[K]V{}
	}
	return s
}

// put is for a shelf that nobody else has yet.
func (s shelf[K, V]) put(k K, v V) {
	if s.edited != nil {
		s.edited[k] = v
		return
	}
	s.built[k] = v
}

// all goes through what there is, in no order.
func (s shelf[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, v := range s.edited {
			if !yield(k, v) {
				return
			}
		}
		for k, v := range s.built {
			if _, newer := s.edited[k]; !newer && !yield(k, v) {
				return
			}
		}
	}
}

func (s shelf[K, V]) len() int {
	n := len(s.built)
	for k := range s.edited {
		if _, ok := s.built[k]; !ok {
			n++
		}
	}
	return n
}
