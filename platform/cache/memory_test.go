package cache_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
)

// clock is one that a test sets.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

func openMemory(t testing.TB, cfg cache.Config, now func() time.Time) cache.Store {
	t.Helper()
	s, err := cache.Open(cfg, cache.Deps{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestSuiteMemory(t *testing.T) {
	cachetest.Suite(t, func(t *testing.T) cachetest.Opened {
		c := newClock()
		return cachetest.Opened{Store: openMemory(t, cache.Config{}, c.now), Advance: c.advance}
	})
}

// TestMemoryIsBounded fills a store of 1 MiB with far more, of every kind. No kind pushes out another, and what is used stays.
func TestMemoryIsBounded(t *testing.T) {
	s := openMemory(t, cache.Config{Memory: 1 << 20}, newClock().now)
	ctx := t.Context()
	if _, err := s.Add(ctx, "counter", 7, time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := s.Set(ctx, "used", []byte("x"), time.Hour); err != nil {
		t.Fatal(err)
	}
	value := make([]byte, 1000)
	for i := range 10_000 {
		if err := s.Set(ctx, fmt.Sprint(i), value, time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Get(ctx, "used"); !ok || err != nil {
			t.Fatalf("what is used was pushed out by the value %d: %v", i, err)
		}
	}
	left := 0
	for i := range 10_000 {
		if _, ok, _ := s.Get(ctx, fmt.Sprint(i)); ok {
			left++
		}
	}
	if most := (1 << 20) / 1000; left > most || left < most/2 {
		t.Errorf("%d values of 1000 bytes are left in 1 MiB", left)
	}
	if n, err := s.Add(ctx, "counter", 0, time.Hour); n != 7 || err != nil {
		t.Errorf("values pushed out a counter: %d, %v", n, err)
	}
	for i := range 10_000 {
		if _, err := s.Add(ctx, fmt.Sprint(i), 1, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Add(ctx, "counter", 0, time.Hour); n != 0 || err != nil {
		t.Errorf("counters are not bounded: %d, %v", n, err)
	}
}
