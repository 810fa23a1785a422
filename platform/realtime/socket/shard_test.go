package socket

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestWritesTakeAShareOfACore: the more connections there are to write to, and the dearer a write is, the longer each waits.
func TestWritesTakeAShareOfACore(t *testing.T) {
	for _, c := range []struct {
		conns int
		cost  time.Duration
		want  time.Duration
	}{
		{0, 0, 20 * time.Millisecond},
		{500, 8 * time.Microsecond, 20 * time.Millisecond}, // 4 ms of writes
		{2000, 8 * time.Microsecond, 48 * time.Millisecond},
		{2000, 10 * time.Microsecond, 60 * time.Millisecond},
		{50_000, 8 * time.Microsecond, slowest},
	} {
		s := newShard(New(Options{}))
		s.cost.Store(int64(c.cost))
		for range c.conns {
			s.cool.push(waiting{})
		}
		now := time.Now()
		s.later(nil, now)
		for s.cool.len() > 1 {
			s.cool.pop()
		}
		if got := s.cool.first().by.Sub(now); got != c.want {
			t.Errorf("%d connections, %s a write: after %s, want %s", c.conns, c.cost, got, c.want)
		}
	}
}

// TestYield lets another goroutine run, and comes back, again and again.
func TestYield(t *testing.T) {
	y := newYielder()
	defer y.close()
	for range 100 {
		var ran atomic.Bool
		go ran.Store(true)
		for !ran.Load() {
			y.yield()
		}
	}
}
