package telemetry

import (
	"log/slog"
	"sync/atomic"
	"time"
)

// Seldom is a warning that is given once in a while, for what may happen thousands of times a second. It may be copied before its first
// use only.
type Seldom struct {
	Every time.Duration // 0: a second

	next   atomic.Int64 // Unix milliseconds
	unsaid atomic.Int64 // since the last
}

// Warn warns, or counts what it leaves unsaid and tells the next time.
func (s *Seldom) Warn(log *slog.Logger, at time.Time, text string, args ...any) {
	every := s.Every.Milliseconds()
	if every <= 0 {
		every = time.Second.Milliseconds()
	}
	now, next := at.UnixMilli(), s.next.Load()
	early := now < next && next-now <= 2*every // else the clock was put back
	if early || !s.next.CompareAndSwap(next, now+every) {
		s.unsaid.Add(1)
		return
	}
	log.Warn(text, append(args, "unsaid", s.unsaid.Swap(0))...)
}
