package hub

import "sync/atomic"

const seldomEvery = 1000 // milliseconds

// seldom is a warning that is given once a second: what fails in one channel may fail in thousands, and at every try.
type seldom struct {
	next   atomic.Int64 // Unix milliseconds
	unsaid atomic.Int64 // since the last
}

func (s *seldom) warn(h *Hub, text string, args ...any) {
	now, next := h.now().UnixMilli(), s.next.Load()
	early := now < next && next-now <= seldomEvery // else the clock was put back
	if early || !s.next.CompareAndSwap(next, now+seldomEvery) {
		s.unsaid.Add(1)
		return
	}
	h.log.Warn(text, append(args, "unsaid", s.unsaid.Swap(0))...)
}
