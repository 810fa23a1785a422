package cache_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/cache"
)

// TestOneLoadPerKey lets many goroutines on several nodes get many keys: each is loaded once while it is fresh.
func TestOneLoadPerKey(t *testing.T) {
	t.Run("three nodes", func(t *testing.T) {
		o := numbers(sharedStore(t, time.Now), time.Now)
		o.Wait = time.Millisecond
		oneLoadPerKey(t, nodes(t, 3, o))
	})
	t.Run("memory", func(t *testing.T) { oneLoadPerKey(t, nodes(t, 1, numbers(nil, time.Now))) })
}

func oneLoadPerKey(t *testing.T, list []*cache.Cache[int]) {
	const keys = 50
	var loads [keys]atomic.Int64
	var all sync.WaitGroup
	for range 48 {
		all.Go(func() {
			for range 500 {
				k := rand.N(keys)
				l, err := list[rand.N(len(list))].Get(t.Context(), fmt.Sprint(k), func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
					loads[k].Add(1)
					return cache.Loaded[int]{Value: k, Renew: time.Now().Add(time.Hour), End: time.Now().Add(2 * time.Hour)}, nil
				})
				if err != nil || l.Value != k {
					t.Errorf("%d is %d, %v", k, l.Value, err)
				}
			}
		})
	}
	all.Wait()
	for k := range loads {
		if n := loads[k].Load(); n != 1 {
			t.Errorf("%d was loaded %d times", k, n)
		}
	}
}

// TestNeverOlderThanForget changes keys and forgets them while all nodes load, renew and get them. A Get that begins on a node after
// a Forget there never sees what was before.
func TestNeverOlderThanForget(t *testing.T) {
	const keys, writes = 4, 300
	o := numbers(sharedStore(t, time.Now), time.Now)
	o.Wait = 100 * time.Microsecond
	all := nodes(t, 3, o)
	floors := make([][keys]atomic.Int64, len(all)) // by node: the version at the last Forget there
	var truths [keys]atomic.Int64
	load := func(k int) loader {
		return func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
			v := truths[k].Load()
			if rand.N(3) == 0 {
				time.Sleep(rand.N(300 * time.Microsecond)) // a load takes its time after it has read
			}
			now := time.Now()
			return cache.Loaded[int]{Value: int(v), Renew: now.Add(rand.N(time.Millisecond)), End: now.Add(time.Hour)}, nil
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var readers, writers sync.WaitGroup
	for i, c := range all {
		for range 4 {
			readers.Go(func() {
				for ctx.Err() == nil {
					k := rand.N(keys)
					floor := floors[i][k].Load()
					l, err := c.Get(t.Context(), fmt.Sprint(k), load(k))
					if err != nil || int64(l.Value) < floor {
						t.Errorf("node %d: %d is of version %d, %v, after version %d was to be seen", i, k, l.Value, err, floor)
						return
					}
				}
			})
		}
		writers.Go(func() {
			for range writes {
				k := rand.N(keys)
				v := truths[k].Add(1)
				forget(t, c, fmt.Sprint(k))
				raise(&floors[i][k], v)
			}
		})
	}
	writers.Wait()
	cancel()
	readers.Wait()
}

func raise(a *atomic.Int64, to int64) {
	for {
		if at := a.Load(); at >= to || a.CompareAndSwap(at, to) {
			return
		}
	}
}

// TestHistories runs random histories of two nodes in simulated time against what may be true: no value past its end, none older than
// the last Forget, none loaded where there is a fresh one, and in the store exactly what was loaded last.
func TestHistories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { rapid.Check(timeless{t}, func(rt *rapid.T) { history(t, rt) }) })
}

// timeless hides a test's deadline, which is of another clock than the simulated one.
type timeless struct{ rapid.TB }

func history(t *testing.T, rt *rapid.T) {
	store := sharedStore(t, time.Now)
	two := []*cache.Cache[int]{cache.New(numbers(store, time.Now)), cache.New(numbers(store, time.Now))}
	defer func() {
		for _, c := range two {
			_ = c.Close(context.Background())
		}
	}()
	version, floor := 0, [2]int{}
	var stored cache.Loaded[int] // what the store must have
	seconds := func(name string) time.Duration {
		return time.Duration(rapid.IntRange(1, 20).Draw(rt, name)) * time.Second
	}
	fresh := func(renew, more time.Duration) cache.Loaded[int] {
		version++
		now := time.Now().Round(0).Truncate(time.Microsecond)
		stored = cache.Loaded[int]{Value: version, Renew: now.Add(renew), End: now.Add(renew + more)}
		return stored
	}
	rt.Repeat(map[string]func(*rapid.T){
		"get": func(rt *rapid.T) {
			i, renew, more := rapid.IntRange(0, 1).Draw(rt, "node"), seconds("renew"), seconds("more")
			had, there := two[i].Peek("k")
			before, now, loads := stored, time.Now(), 0
			l, err := two[i].Get(t.Context(), "k", func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
				loads++
				return fresh(renew, more), nil
			})
			synctest.Wait() // the renewal that runs beside
			switch {
			case err != nil || l.Value < floor[i] || !now.Before(l.End):
				rt.Fatalf("%+v, %v, not below %d", l, err, floor[i])
			case there && l.Value != had.Value:
				rt.Fatalf("memory had %+v and %+v was answered", had, l)
			case there && now.Before(had.Renew) && loads > 0, now.Before(before.Renew) && loads > 0:
				rt.Fatalf("loaded, though memory had %+v and the store %+v", had, before)
			case loads > 1:
				rt.Fatalf("%d loads", loads)
			}
		},
		"forget": func(rt *rapid.T) {
			i := rapid.IntRange(0, 1).Draw(rt, "node")
			forget(t, two[i], "k")
			version++
			floor[i], stored = version, cache.Loaded[int]{}
		},
		"drop": func(rt *rapid.T) { two[rapid.IntRange(0, 1).Draw(rt, "node")].Drop("k") },
		"pass": func(rt *rapid.T) { time.Sleep(seconds("pass")) },
		"": func(rt *rapid.T) {
			for i, c := range two {
				if l, ok := c.Peek("k"); ok && (l.Value < floor[i] || !time.Now().Before(l.End)) {
					rt.Fatalf("node %d has %+v, not below %d", i, l, floor[i])
				}
			}
			if _, ok, err := store.Get(t.Context(), "numbers:k"); err != nil || ok != time.Now().Before(stored.End) {
				rt.Fatalf("the store has it: %v, %v, not %+v", ok, err, stored)
			}
		},
	})
}
