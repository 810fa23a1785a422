package cache_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

// tiers runs a test on memory alone and before a shared store, in simulated time.
func tiers(t *testing.T, test func(t *testing.T, o cache.Options[int], s *source)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			test(t, numbers(openMemory(t, cache.Config{}, time.Now), time.Now), &source{now: time.Now})
		})
	})
	t.Run("shared", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, numbers(sharedStore(t, time.Now), time.Now), &source{now: time.Now}) })
	})
	t.Run("store down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, numbers(broken{}, time.Now), &source{now: time.Now}) })
	})
}

// TestTimes follows a value through its life: fresh, stale, over.
func TestTimes(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		c := newCache(t, o)
		get(t, c, "k", s.load, 1)
		time.Sleep(time.Minute - 1)
		synctest.Wait()
		get(t, c, "k", s.load, 1)
		time.Sleep(1 * time.Nanosecond)
		get(t, c, "k", s.load, 1) // stale: answered at once, renewed beside
		synctest.Wait()
		get(t, c, "k", s.load, 2)
		time.Sleep(time.Hour - 1)
		get(t, c, "k", s.load, 2)
		synctest.Wait()
		get(t, c, "k", s.load, 3)
		peek(t, c, "k", 3, true)
		time.Sleep(time.Hour)
		peek(t, c, "k", 0, false)
		get(t, c, "k", s.load, 4) // over: waited for
		if n := s.loads.Load(); n != 4 {
			t.Errorf("%d loads", n)
		}
	})
}

// TestOneRenewal serves a stale value to all while exactly one renewal runs beside.
func TestOneRenewal(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		c := newCache(t, o)
		get(t, c, "k", s.load, 1)
		time.Sleep(time.Minute)
		slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
			if old == nil || old.Value != 1 {
				t.Errorf("the old value is %v", old)
			}
			time.Sleep(time.Second)
			return s.load(ctx, old)
		}
		for range 10 {
			for range 100 {
				get(t, c, "k", slow, 1)
			}
			time.Sleep(99 * time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
		synctest.Wait()
		get(t, c, "k", fails(errBroken), 2)
		if n := s.loads.Load(); n != 2 {
			t.Errorf("%d loads", n)
		}
	})
}

// TestRenewalFails keeps the old value until its end, and tries again when it is time.
func TestRenewalFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		err   error
		pause time.Duration
	}{
		{"an error", errBroken, time.Second},
		{"a fault that says when", fault.New(fault.Limited, "x.y", "Z.").After(5 * time.Minute), 5 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
				c := newCache(t, o)
				get(t, c, "k", s.load, 1)
				time.Sleep(time.Minute)
				tried := 0
				failing := func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
					tried++
					return cache.Loaded[int]{}, test.err
				}
				for want := 1; want <= 3; want++ {
					for range 10 {
						get(t, c, "k", failing, 1)
						synctest.Wait()
					}
					if tried != want {
						t.Fatalf("%d renewals, not %d", tried, want)
					}
					time.Sleep(test.pause)
				}
				time.Sleep(time.Hour)
				if _, err := c.Get(t.Context(), "k", failing); !errors.Is(err, test.err) {
					t.Errorf("after its end: %v", err)
				}
			})
		})
	}
}

// TestErrors gives a load's error to all who wait, and keeps none.
func TestErrors(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		for _, test := range []struct {
			name string
			load loader
			want error
		}{
			{"error", fails(errBroken), errBroken},
			{"panic", func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) { panic("oh") }, cache.ErrPanicked},
			{"goexit", func(context.Context, *cache.Loaded[int]) (l cache.Loaded[int], err error) { runtime.Goexit(); return }, cache.ErrPanicked},
			{"too slow", func(ctx context.Context, _ *cache.Loaded[int]) (l cache.Loaded[int], err error) {
				<-ctx.Done()
				return l, fmt.Errorf("ask: %w", ctx.Err())
			}, cache.ErrLoadTime},
		} {
			c := newCache(t, o)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					_, err := c.Get(t.Context(), test.name, func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
						time.Sleep(time.Second)
						s.loads.Add(1)
						return test.load(ctx, old)
					})
					if !errors.Is(err, test.want) {
						t.Errorf("%s: %v", test.name, err)
					}
				})
			}
			all.Wait()
			if n := s.loads.Swap(0); n != 1 {
				t.Errorf("%s: %d loads", test.name, n)
			}
			get(t, c, test.name, s.load, 1)
			s.loads.Store(0)
		}
	})
}

// TestCallerLeaves shows that a load does not end with the caller who began it.
func TestCallerLeaves(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		c := newCache(t, o)
		slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
			time.Sleep(time.Second)
			if ctx.Err() != nil {
				t.Error("the load's context ended with its caller's")
			}
			return s.load(ctx, old)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var stays sync.WaitGroup
		if _, err := c.Get(ctx, "k", slow); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		stays.Go(func() { get(t, c, "k", fails(errBroken), 1) })
		stays.Wait()
		if _, err := c.Get(ctx, "other", slow); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		get(t, c, "k", fails(errBroken), 1)
	})
}

// TestNegativeAnswers are values with times of their own; what is over at once is not kept.
func TestNegativeAnswers(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		c := newCache(t, o)
		none := func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
			s.loads.Add(1)
			return cache.Loaded[int]{Value: -1, Renew: time.Now().Add(time.Hour), End: time.Now().Add(time.Second)}, nil
		}
		for range 3 {
			l := get(t, c, "k", none, -1)
			if l.Renew.After(l.End) {
				t.Errorf("to be renewed after its end: %+v", l)
			}
		}
		time.Sleep(time.Second)
		get(t, c, "k", none, -1)
		if n := s.loads.Swap(0); n != 2 {
			t.Errorf("%d loads", n)
		}
		timeless := func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
			return cache.Loaded[int]{Value: int(s.loads.Add(1))}, nil
		}
		get(t, c, "timeless", timeless, 1)
		get(t, c, "timeless", timeless, 2)
	})
}

// TestBounds refuses loads and puts off renewals beyond what may run at one time.
func TestBounds(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		o.Loads, o.Renewals = 3, 1
		c := newCache(t, o)
		for i := range 3 {
			get(t, c, fmt.Sprint(i), func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) { return s.value(i), nil }, i)
		}
		time.Sleep(time.Minute)
		slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
			time.Sleep(time.Second)
			return s.load(ctx, old)
		}
		for i := range 3 {
			get(t, c, fmt.Sprint(i), slow, i) // one of them is renewed
		}
		var two sync.WaitGroup
		for _, key := range []string{"a", "b"} {
			two.Go(func() {
				if _, err := c.Get(t.Context(), key, slow); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		_, err := c.Get(t.Context(), "c", slow)
		isFault(t, err, cache.ErrBusy)
		two.Wait()
		synctest.Wait()
		if n := s.loads.Load(); n != 3 {
			t.Errorf("%d loads", n)
		}
	})
}

// TestClose waits for loads; when it may wait no longer it ends their contexts, and waits still.
func TestClose(t *testing.T) {
	tiers(t, func(t *testing.T, o cache.Options[int], s *source) {
		for _, patient := range []bool{true, false} {
			c := cache.New(o)
			key := fmt.Sprint("patient ", patient)
			var waits sync.WaitGroup
			waits.Go(func() {
				_, err := c.Get(context.Background(), key, func(ctx context.Context, _ *cache.Loaded[int]) (l cache.Loaded[int], err error) {
					select {
					case <-time.After(time.Second):
						return s.value(7), nil
					case <-ctx.Done():
						time.Sleep(time.Second)
						return l, ctx.Err()
					}
				})
				if patient && err != nil || !patient && !errors.Is(err, cache.ErrClosed) {
					t.Errorf("patient %v: %v", patient, err)
				}
			})
			synctest.Wait()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
			if patient {
				ctx = context.Background()
			}
			if err := c.Close(ctx); (err == nil) != patient {
				t.Errorf("patient %v: %v", patient, err)
			}
			cancel()
			waits.Wait()
			_, err := c.Get(context.Background(), "other", s.load)
			isFault(t, err, cache.ErrClosed)
			if patient {
				get(t, c, key, fails(errBroken), 7)
			}
		}
	})
}

func TestPeekAllocatesNothing(t *testing.T) {
	c := newCache(t, numbers(nil, time.Now))
	s := &source{now: time.Now}
	get(t, c, "k", s.load, 1)
	load := loader(s.load)
	for name, f := range map[string]func(){
		"peek":     func() { peek(t, c, "k", 1, true) },
		"peek not": func() { peek(t, c, "other", 0, false) },
		"get":      func() { get(t, c, "k", load, 1) },
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkPeek(b *testing.B) {
	c := newCache(b, numbers(nil, time.Now))
	s := &source{now: time.Now}
	get(b, c, "k", s.load, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := c.Peek("k"); !ok {
			b.Fatal("gone")
		}
	}
}

// TestMemoryBounded puts in far more than there is room for.
func TestMemoryBounded(t *testing.T) {
	o := numbers(nil, time.Now)
	o.Memory, o.Size = 1<<20, func(int) int { return 1000 }
	c := newCache(t, o)
	s := &source{now: time.Now}
	for i := range 10_000 {
		get(t, c, fmt.Sprint(i), s.load, i+1)
	}
	left := 0
	for i := range 10_000 {
		if _, ok := c.Peek(fmt.Sprint(i)); ok {
			left++
		}
	}
	if most := (1 << 20) / 1000; left == 0 || left > most {
		t.Errorf("%d values of 1000 bytes in 1 MiB", left)
	}
}
