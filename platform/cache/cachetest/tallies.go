package cachetest

import (
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

func add(t *testing.T, s cache.Store, key string, n int64, ttl time.Duration, want int64) {
	t.Helper()
	if got, err := s.Add(t.Context(), key, n, ttl); err != nil || got != want {
		t.Fatalf("%s: %d, %v, not %d", key, got, err, want)
	}
}

func counters(t *testing.T, o Opened) {
	s := o.Store
	add(t, s, "k", 0, long, 0)
	add(t, s, "k", 5, long, 5)
	add(t, s, "k", -8, long, -3)
	add(t, s, "other", 1, long, 1)
	add(t, s, "most", cache.MaxCount, long, cache.MaxCount)
	add(t, s, "least", -cache.MaxCount, long, -cache.MaxCount)
	for key, n := range map[string]int64{"most": 1, "least": -1, "k": math.MaxInt64, "other": math.MinInt64} {
		if got, err := s.Add(t.Context(), key, n, long); !errors.Is(err, cache.ErrCount) {
			t.Errorf("%s: %d, %v", key, got, err)
		}
	}
	add(t, s, "most", -1, long, cache.MaxCount-1)
	add(t, s, "k", 0, long, -3)
}

func countersEnd(t *testing.T, o Opened) {
	s := o.Store
	if o.Advance != nil {
		add(t, s, "k", 1, short, 1)
		o.Advance(short - 1)
		add(t, s, "k", 1, long, 2) // does not prolong it
		o.Advance(1)
		add(t, s, "k", 1, long, 1)
		return
	}
	add(t, s, "k", 1, short, 1)
	last := int64(1)
	o.pass(t, short, func() bool { // it is asked all the time, for long, and ends nevertheless
		n, err := s.Add(t.Context(), "k", 1, long)
		must(t, err)
		over := n <= last
		last = n
		return over
	})
	if last != 1 {
		t.Errorf("it began anew with %d", last)
	}
}

func countersConcurrent(t *testing.T, o Opened) {
	var all sync.WaitGroup
	var seen sync.Map
	for range 64 {
		all.Go(func() {
			for range 50 {
				n, err := o.Store.Add(t.Context(), "k", 1, long)
				if _, twice := seen.LoadOrStore(n, true); twice || err != nil {
					t.Errorf("%d twice: %v, %v", n, twice, err)
				}
			}
		})
	}
	all.Wait()
	add(t, o.Store, "k", 0, long, 64*50)
}

func buckets(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	for _, c := range []struct {
		b cache.Bucket
		n int
	}{
		{cache.Bucket{}, 1},
		{cache.Bucket{Rate: 1}, 1},
		{cache.Bucket{Burst: 1}, 1},
		{cache.Bucket{Rate: -1, Burst: 1}, 1},
		{cache.Bucket{Rate: math.NaN(), Burst: 1}, 1},
		{cache.Bucket{Rate: math.Inf(1), Burst: 1}, 1},
		{cache.Bucket{Rate: 1e-9, Burst: 1}, 1},
		{cache.Bucket{Rate: 1e9, Burst: 1e9 + 1}, 1},
		{cache.Bucket{Rate: 1, Burst: 3}, 4},
		{cache.Bucket{Rate: 1, Burst: 3}, 0},
		{cache.Bucket{Rate: 1, Burst: 3}, -1},
	} {
		if _, err := s.Take(ctx, "k", c.b, c.n); !errors.Is(err, cache.ErrBucket) {
			t.Errorf("%+v, %d: %v", c.b, c.n, err)
		}
	}
	slow := cache.Bucket{Rate: 1e-3, Burst: 5}
	for i, c := range []struct {
		n  int
		ok bool
	}{{3, true}, {3, false}, {2, true}, {1, false}} {
		taken, err := s.Take(ctx, "k", slow, c.n)
		if err != nil || taken.OK != c.ok || (taken.Wait == 0) != c.ok {
			t.Errorf("%d: %+v, %v", i, taken, err)
		}
	}
	if taken, err := s.Take(ctx, "k", cache.Bucket{Rate: 1e-3, Burst: 1}, 1); err != nil || taken.OK {
		t.Errorf("a smaller bucket does not fill: %+v, %v", taken, err)
	}
}

// bucketsWait takes when it is told to, and not before.
func bucketsWait(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	b := cache.Bucket{Rate: 30, Burst: 3}
	for range 3 {
		if taken, err := s.Take(ctx, "k", b, 1); err != nil || !taken.OK {
			t.Fatalf("%+v, %v", taken, err)
		}
	}
	for range 3 {
		first, err := s.Take(ctx, "k", b, 2)
		must(t, err)
		if first.OK || first.Wait > 2*time.Second/30+time.Microsecond {
			t.Fatalf("%+v", first)
		}
		if o.Advance != nil {
			o.Advance(first.Wait - time.Microsecond)
			if taken, err := s.Take(ctx, "k", b, 2); err != nil || taken != (cache.Taken{Wait: time.Microsecond}) {
				t.Fatalf("a moment too early: %+v, %v", taken, err)
			}
			o.Advance(time.Microsecond)
			if taken, err := s.Take(ctx, "k", b, 2); err != nil || !taken.OK {
				t.Fatalf("in time: %+v, %v", taken, err)
			}
			continue
		}
		o.pass(t, first.Wait, func() bool {
			taken, err := s.Take(ctx, "k", b, 2)
			if err != nil || taken.Wait > first.Wait {
				t.Fatalf("the wait grows: %+v after %+v, %v", taken, first, err)
			}
			return taken.OK
		})
	}
}

// bucketsConcurrent never lets through more than the rate and the burst allow, and all of it.
func bucketsConcurrent(t *testing.T, o Opened) {
	b := cache.Bucket{Rate: 500, Burst: 40}
	var through atomic.Int64
	began := time.Now()
	var passed time.Duration
	round := func() {
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				for range 20 {
					taken, err := o.Store.Take(t.Context(), "k", b, 1)
					if err != nil {
						t.Error(err)
					}
					if taken.OK {
						through.Add(1)
					}
				}
			})
		}
		all.Wait()
	}
	for range 4 {
		round()
		if o.Advance != nil {
			if want := int64(40) + int64(passed.Seconds()*b.Rate); through.Load() != want {
				t.Errorf("%d after %v, not %d", through.Load(), passed, want)
			}
			o.Advance(70 * time.Millisecond)
			passed += 70 * time.Millisecond
			continue
		}
		most := float64(b.Burst) + b.Rate*(time.Since(began)+time.Millisecond).Seconds()
		if n := through.Load(); n < int64(b.Burst) || float64(n) > most {
			t.Errorf("%d, not %d to %v", n, b.Burst, most)
		}
	}
}
