package lanetest

import (
	"sync/atomic"
	"time"
)

// Clock is a clock that stands still. It is safe for use by many goroutines.
type Clock struct{ micros atomic.Int64 }

// Begin is where the clock of a harness stands at first: a Monday morning in Seoul.
var begin = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// NewClock makes a clock that stands at t.
func NewClock(t time.Time) *Clock {
	c := &Clock{}
	c.Set(t)
	return c
}

// Now is where it stands, to the microsecond, in UTC.
func (c *Clock) Now() time.Time { return time.UnixMicro(c.micros.Load()).UTC() }

// Set moves it to t.
func (c *Clock) Set(t time.Time) { c.micros.Store(t.UnixMicro()) }

// Advance moves it by d.
func (c *Clock) Advance(d time.Duration) { c.micros.Add(d.Microseconds()) }
