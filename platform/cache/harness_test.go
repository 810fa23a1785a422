package cache_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/fault"
)

// numbers are options of a cache of numbers.
func numbers(s cache.Store, now func() time.Time) cache.Options[int] {
	return cache.Options[int]{
		Name: "numbers", Store: s, Now: now, Size: func(int) int { return 8 },
		Encode: func(n int) ([]byte, error) { return strconv.AppendInt(nil, int64(n), 10), nil },
		Decode: func(b []byte) (int, error) { return strconv.Atoi(string(b)) },
	}
}

func newCache(t testing.TB, o cache.Options[int]) *cache.Cache[int] {
	t.Helper()
	c := cache.New(o)
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return c
}

// source counts its loads. Its values are their numbers: 1, 2, 3, …, fresh for a minute and good for an hour.
type source struct {
	now   func() time.Time
	loads atomic.Int64
}

func (s *source) load(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) {
	return s.value(int(s.loads.Add(1))), nil
}

func (s *source) value(n int) cache.Loaded[int] {
	return cache.Loaded[int]{Value: n, Renew: s.now().Add(time.Minute), End: s.now().Add(time.Hour)}
}

type loader = cache.Load[int]

func fails(err error) loader {
	return func(context.Context, *cache.Loaded[int]) (cache.Loaded[int], error) { return cache.Loaded[int]{}, err }
}

var errBroken = errors.New("broken")

func get(t testing.TB, c *cache.Cache[int], key string, load loader, want int) cache.Loaded[int] {
	t.Helper()
	l, err := c.Get(t.Context(), key, load)
	if err != nil || l.Value != want {
		t.Fatalf("%s is %d, %v, not %d", key, l.Value, err, want)
	}
	return l
}

func peek(t testing.TB, c *cache.Cache[int], key string, want int, there bool) {
	t.Helper()
	if l, ok := c.Peek(key); ok != there || l.Value != want {
		t.Fatalf("memory has of %s %d, %v, not %d, %v", key, l.Value, ok, want, there)
	}
}

func sharedStore(t testing.TB, now func() time.Time) cache.Store {
	return cachetest.Shared(openMemory(t, cache.Config{}, now))
}

// broken is a shared store that cannot be reached.
type broken struct{ cache.Store }

var errDown = cache.ErrUnavailable.Because(errBroken)

func (broken) Shared() bool                                             { return true }
func (broken) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errDown }
func (broken) Set(context.Context, string, []byte, time.Duration) error { return errDown }
func (broken) Delete(context.Context, ...string) error                  { return errDown }
func (broken) Claim(context.Context, string, time.Duration) (cache.Claim, bool, error) {
	return nil, false, errDown
}

func isFault(t testing.TB, err error, want *fault.Error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, not %s", err, want.Code)
	}
}
