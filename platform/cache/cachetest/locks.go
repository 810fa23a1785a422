package cachetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

func lock(t *testing.T, s cache.Store, key string, ttl time.Duration, want bool) (unlock func()) {
	t.Helper()
	unlock, ok, err := s.Lock(t.Context(), key, ttl)
	if err != nil || ok != want || (unlock != nil) != want {
		t.Fatalf("lock %s: %v, %v, not %v", key, ok, err, want)
	}
	return unlock
}

func claim(t *testing.T, s cache.Store, key string, ttl time.Duration, want bool) cache.Claim {
	t.Helper()
	c, ok, err := s.Claim(t.Context(), key, ttl)
	if err != nil || ok != want || (c != nil) != want {
		t.Fatalf("claim %s: %v, %v, not %v", key, ok, err, want)
	}
	return c
}

func fill(t *testing.T, c cache.Claim, value string, want bool) {
	t.Helper()
	if kept, err := c.Set(t.Context(), []byte(value), long); err != nil || kept != want {
		t.Fatalf("%s: %v, %v, not %v", value, kept, err, want)
	}
}

func locks(t *testing.T, o Opened) {
	s := o.Store
	unlock := lock(t, s, "k", long, true)
	lock(t, s, "k", long, false)
	other := lock(t, s, "other", long, true)
	unlock()
	again := lock(t, s, "k", long, true)
	unlock() // is another's now
	lock(t, s, "k", long, false)
	again()
	other()
	lock(t, s, "k", long, true)()
}

func locksEnd(t *testing.T, o Opened) {
	s := o.Store
	late := lock(t, s, "k", short, true)
	var unlock func()
	o.pass(t, short, func() bool {
		u, ok, err := s.Lock(t.Context(), "k", long)
		must(t, err)
		unlock = u
		return ok
	})
	late() // its time is over: it does not free another's
	lock(t, s, "k", long, false)
	unlock()
	lock(t, s, "k", long, true)
}

func locksConcurrent(t *testing.T, o Opened) {
	var all sync.WaitGroup
	var inside, entered atomic.Int64
	for range 16 {
		all.Go(func() {
			for had := 0; had < 5; {
				unlock, ok, err := o.Store.Lock(t.Context(), "k", long)
				if err != nil {
					t.Error(err)
					return
				}
				if !ok {
					continue
				}
				if inside.Add(1) != 1 {
					t.Error("two hold one lock")
				}
				had++
				entered.Add(1)
				inside.Add(-1)
				unlock()
			}
		})
	}
	all.Wait()
	if entered.Load() != 16*5 {
		t.Errorf("%d", entered.Load())
	}
}

func claims(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	first := claim(t, s, "k", long, true)
	claim(t, s, "k", long, false)
	fill(t, first, "one", true)
	holds(t, s, "k", "one")
	fill(t, first, "again", false) // one claim, one value

	for name, ends := range map[string]func(context.Context) error{
		"set":    func(ctx context.Context) error { return s.Set(ctx, "k", []byte("newer"), long) },
		"delete": func(ctx context.Context) error { return s.Delete(ctx, "x", "k") },
	} {
		under := claim(t, s, "k", long, true)
		must(t, ends(ctx))
		fill(t, under, "older", false)
		if got, ok, err := s.Get(ctx, "k"); err != nil || ok != (name == "set") || (ok && string(got) != "newer") {
			t.Errorf("%s: %q, %v, %v", name, got, ok, err)
		}
		next := claim(t, s, "k", long, true)
		under.Release() // is another's now
		fill(t, under, "older", false)
		fill(t, next, "next", true)
		holds(t, s, "k", "next")
	}
	given := claim(t, s, "k", long, true)
	given.Release()
	fill(t, given, "late", false)
	claim(t, s, "k", long, true).Release()
	holds(t, s, "k", "next")
}

func claimsEnd(t *testing.T, o Opened) {
	s := o.Store
	late := claim(t, s, "k", short, true)
	var next cache.Claim
	o.pass(t, short, func() bool {
		c, ok, err := s.Claim(t.Context(), "k", long)
		must(t, err)
		next = c
		return ok
	})
	fill(t, late, "late", false)
	missing(t, s, "k")
	fill(t, next, "next", true)
	holds(t, s, "k", "next")
}
