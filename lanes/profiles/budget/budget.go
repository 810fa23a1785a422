// Package budget is the arithmetic of a promise: never more than so many calls in any second.
//
// Calls get slots that are an Interval apart, a little more than the rate needs. A call may begin up to Grace after its slot, and
// never before it; one that is later gives its slot up. So in any second there begin at most as many calls as the rate says,
// however late each of them is: those that fall into one second have slots within a second and a Grace.
package budget

import (
	"math"
	"time"
)

// margin is how much further apart than the rate needs slots are, as a part of a second: it is what pays for lateness.
const margin = 80 * time.Millisecond

// Budget is a promise of at most Rate calls in any second: a whole number, or below 1 for one call in 1/Rate seconds.
type Budget struct{ Rate float64 }

// Valid reports whether there is such a promise: 1 a day to 10000 a second.
func (b Budget) Valid() bool {
	return b.Rate >= 1.0/86400 && b.Rate <= 10_000 && (b.Rate < 1 || b.Rate == math.Trunc(b.Rate))
}

// Interval is how far slots are apart.
func (b Budget) Interval() time.Duration {
	interval := float64(time.Second+margin) / b.Rate
	return time.Duration(math.Ceil(interval/1000)) * time.Microsecond // slots are kept in microseconds
}

// Grace is how long after its slot a call may still begin. What is left of the margin is for nodes whose clocks differ a
// little, and for what a busy machine puts between the last look at the clock and the call.
func (b Budget) Grace() time.Duration { return margin * 3 / 10 }

// Batch is how many slots are taken at one time, at most: those of a quarter of a second.
func (b Budget) Batch() int { return max(1, int(b.Rate/4)) }

// Queue is how many calls can be served within a wait.
func (b Budget) Queue(wait time.Duration) int { return max(1, int(wait/b.Interval())) }

// Slot is the nth of slots that begin at first.
func (b Budget) Slot(first time.Time, n int) time.Time {
	return first.Add(time.Duration(n) * b.Interval())
}

// Late reports whether a call that begins now has missed its slot.
func (b Budget) Late(slot, now time.Time) bool { return now.Sub(slot) > b.Grace() }
