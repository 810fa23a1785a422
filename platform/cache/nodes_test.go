package cache_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

func nodes(t testing.TB, n int, o cache.Options[int]) []*cache.Cache[int] {
	list := make([]*cache.Cache[int], n)
	for i := range list {
		list[i] = newCache(t, o)
	}
	return list
}

// TestStampede is 10,000 concurrent misses of one key on three nodes: one load.
func TestStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now}
		three := nodes(t, 3, numbers(sharedStore(t, time.Now), time.Now))
		slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
			time.Sleep(3 * time.Second)
			return s.load(ctx, old)
		}
		var all sync.WaitGroup
		for i := range 10_000 {
			all.Go(func() { get(t, three[i%3], "k", slow, 1) })
		}
		all.Wait()
		if n := s.loads.Load(); n != 1 {
			t.Errorf("%d loads", n)
		}
	})
}

// TestOneRenewalAcrossNodes renews once for all, and all nodes come to have it.
func TestOneRenewalAcrossNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now}
		three := nodes(t, 3, numbers(sharedStore(t, time.Now), time.Now))
		for _, c := range three {
			get(t, c, "k", s.load, 1)
		}
		for round := 1; round <= 5; round++ {
			time.Sleep(time.Minute)
			for _, c := range three {
				get(t, c, "k", s.load, round)
			}
			time.Sleep(time.Second) // nodes that wait for another's load look again after a pause
			synctest.Wait()
			for _, c := range three {
				peek(t, c, "k", round+1, true)
			}
		}
		if n := s.loads.Load(); n != 6 {
			t.Errorf("%d loads", n)
		}
	})
}

// TestStaleInStore is served at once by a node that has nothing, and renewed beside.
func TestStaleInStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{now: time.Now}
		o := numbers(sharedStore(t, time.Now), time.Now)
		get(t, newCache(t, o), "k", s.load, 1)
		time.Sleep(time.Minute)
		c := newCache(t, o)
		get(t, c, "k", s.load, 1)
		synctest.Wait()
		get(t, c, "k", s.load, 2)
		tiny := o
		tiny.Memory = 1 // holds nothing: what is stale in the store is renewed nevertheless
		time.Sleep(time.Minute)
		d := newCache(t, tiny)
		get(t, d, "k", s.load, 2)
		synctest.Wait()
		get(t, d, "k", s.load, 3)
	})
}

// TestHolderDies replaces a node that died while it loaded, when its claim ends.
func TestHolderDies(t *testing.T) {
	for _, test := range []struct{ claim, longest time.Duration }{
		{5 * time.Second, 5*time.Second + 200*time.Millisecond},
		{time.Hour, 22*time.Second + 200*time.Millisecond}, // one claim after the other: nobody waits for ever
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &source{now: time.Now}
			store := sharedStore(t, time.Now)
			c := newCache(t, numbers(store, time.Now))
			if _, ok, err := store.Claim(t.Context(), "numbers:k", test.claim); !ok || err != nil {
				t.Fatal(ok, err)
			}
			began := time.Now()
			get(t, c, "k", s.load, 1)
			if d := time.Since(began); d > test.longest {
				t.Errorf("it took %v", d) // of simulated time
			}
		})
	}
}

// TestCloseWhileWaiting does not wait for other nodes.
func TestCloseWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := sharedStore(t, time.Now)
		c := cache.New(numbers(store, time.Now))
		if _, _, err := store.Claim(t.Context(), "numbers:k", time.Hour); err != nil {
			t.Fatal(err)
		}
		var waits sync.WaitGroup
		waits.Go(func() {
			_, err := c.Get(t.Context(), "k", fails(errBroken))
			isFault(t, err, cache.ErrClosed)
		})
		synctest.Wait()
		began := time.Now()
		if err := c.Close(t.Context()); err != nil || time.Since(began) > 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		waits.Wait()
	})
}

// TestForgetWhileLoading calls Forget and its kind in the middle of a load. Who waited is answered; nobody else sees the result.
func TestForgetWhileLoading(t *testing.T) {
	for _, test := range []struct {
		name  string
		act   func(t *testing.T, here, there *cache.Cache[int])
		store int // after it; 0: nothing
	}{
		{"forget", func(t *testing.T, here, _ *cache.Cache[int]) { forget(t, here, "k") }, 0},
		{"forget elsewhere", func(t *testing.T, _, there *cache.Cache[int]) { forget(t, there, "k") }, 0},
		{"drop", func(_ *testing.T, here, _ *cache.Cache[int]) { here.Drop("k") }, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &source{now: time.Now}
				store := sharedStore(t, time.Now)
				two := nodes(t, 2, numbers(store, time.Now))
				var waits sync.WaitGroup
				waits.Go(func() {
					get(t, two[0], "k", func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
						time.Sleep(time.Second)
						return s.load(ctx, old)
					}, 1)
				})
				synctest.Wait()
				test.act(t, two[0], two[1])
				waits.Wait()
				peek(t, two[0], "k", 0, false)
				third := newCache(t, numbers(store, time.Now))
				if test.store == 0 {
					get(t, third, "k", s.load, 2)
				} else {
					get(t, third, "k", fails(errBroken), test.store)
				}
			})
		})
	}
}

func forget(t testing.TB, c *cache.Cache[int], keys ...string) {
	t.Helper()
	if err := c.Forget(t.Context(), keys...); err != nil {
		t.Error(err)
	}
}

// TestForgottenDoesNotComeBackAsNotModified forgets on one node what another has in memory. That one's renewal is given no old value,
// so that it cannot answer it again, and when it fails the store stays empty.
func TestForgottenDoesNotComeBackAsNotModified(t *testing.T) {
	for _, fail := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := &source{now: time.Now}
			store := sharedStore(t, time.Now)
			two := nodes(t, 2, numbers(store, time.Now))
			get(t, two[0], "k", s.load, 1)
			forget(t, two[1], "k")
			time.Sleep(time.Minute)
			get(t, two[0], "k", func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
				if old != nil {
					t.Errorf("the renewal is given %+v", *old)
				}
				if fail {
					return cache.Loaded[int]{}, errBroken
				}
				return s.load(ctx, old)
			}, 1)
			synctest.Wait()
			if _, ok, err := store.Get(t.Context(), "numbers:k"); ok == fail || err != nil {
				t.Errorf("the store has it: %v, %v", ok, err)
			}
		})
	}
}

// TestForeignEntries loads anew what the store has of other versions of the program, or of nobody.
func TestForeignEntries(t *testing.T) {
	for _, entry := range []string{"", "x", "\x02" + fmt.Sprintf("%032d", 1), "\x01tooshort", "\x01\x7f234567812345678" + "1", "\x01" + "aaaaaaaabbbbbbbbnot a number"} {
		store := sharedStore(t, time.Now)
		if err := store.Set(t.Context(), "numbers:k", []byte(entry), time.Hour); err != nil {
			t.Fatal(err)
		}
		s := &source{now: time.Now}
		get(t, newCache(t, numbers(store, time.Now)), "k", s.load, 1)
		get(t, newCache(t, numbers(store, time.Now)), "k", fails(errBroken), 1)
	}
}

// TestForgetSaysWhenTheStoreFails and forgets on this node all the same.
func TestForgetSaysWhenTheStoreFails(t *testing.T) {
	c := newCache(t, numbers(broken{}, time.Now))
	s := &source{now: time.Now}
	get(t, c, "k", s.load, 1)
	isFault(t, c.Forget(t.Context(), "k"), cache.ErrUnavailable)
	peek(t, c, "k", 0, false)
}

// held is a store whose Get waits after it has read.
type held struct {
	cache.Store
	read, goOn chan struct{}
}

func (h held) Get(ctx context.Context, key string) ([]byte, bool, error) {
	b, ok, err := h.Store.Get(ctx, key)
	h.read <- struct{}{}
	<-h.goOn
	return b, ok, err
}

// TestForgetWhileLooking forgets between a look at the store and its answer.
func TestForgetWhileLooking(t *testing.T) {
	store := sharedStore(t, time.Now)
	s := &source{now: time.Now}
	get(t, newCache(t, numbers(store, time.Now)), "k", s.load, 1)
	h := held{store, make(chan struct{}), make(chan struct{})}
	c := newCache(t, numbers(h, time.Now))
	var waits sync.WaitGroup
	waits.Go(func() { get(t, c, "k", s.load, 1) })
	<-h.read
	forget(t, c, "k")
	h.goOn <- struct{}{}
	waits.Wait()
	peek(t, c, "k", 0, false)
}
