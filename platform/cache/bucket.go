package cache

import (
	"math"
	"time"
)

// level is what a bucket that somebody used held at a time. The Lua script of the Redis adapter computes the same, operation by
// operation, in the same doubles.
type level struct {
	tokens float64
	at     int64 // Unix microseconds
}

// allows reports whether n can ever be taken from such a bucket, and whether it fills in a time that a Store keeps.
func (b Bucket) allows(n int) bool {
	return b.Rate > 0 && !math.IsInf(b.Rate, 1) && b.Burst >= 1 && b.Burst <= 1e9 && n >= 1 && n <= b.Burst &&
		float64(b.Burst)/b.Rate <= MaxTTL.Seconds()
}

// take takes n tokens at the time now. change: the level is another one than before, and fills in ttl.
func (l level) take(b Bucket, n int, now int64) (after level, taken Taken, change bool) {
	burst, want := float64(b.Burst), float64(n)
	if l.at > now { // the clock was set back: time goes on from there, and gives what it gives
		l.at, change = now, true
	}
	l.tokens = min(burst, l.tokens)
	if have := min(burst, l.tokens+float64(now-l.at)*b.Rate/1e6); have >= want {
		return level{tokens: have - want, at: now}, Taken{OK: true}, true
	}
	elapsed := math.Ceil((want - l.tokens) / b.Rate * 1e6)
	if min(burst, l.tokens+elapsed*b.Rate/1e6) < want { // rounding
		elapsed++
	} else if min(burst, l.tokens+(elapsed-1)*b.Rate/1e6) >= want {
		elapsed--
	}
	return l, Taken{Wait: time.Duration(int64(elapsed)-(now-l.at)) * time.Microsecond}, change
}

// fills is when the bucket is full again, which is as good as gone.
func (l level) fills(b Bucket) time.Duration {
	return time.Duration(math.Ceil((float64(b.Burst)-l.tokens)/b.Rate*1e3)+1) * time.Millisecond
}
