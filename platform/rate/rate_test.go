package rate

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

var errTooMany = fault.New(fault.Limited, "test.too_many", "Too many.")

// deadStore is one that cannot be reached.
type deadStore struct{ cache.Store }

func (deadStore) Take(context.Context, string, cache.Bucket, int) (cache.Taken, error) {
	return cache.Taken{}, cache.ErrUnavailable
}

// TestLimits: the burst passes, then one each time the rate has brought one, with the shared store and without it.
func TestLimits(t *testing.T) {
	for name, dead := range map[string]bool{"shared": false, "without the shared store": true} {
		t.Run(name, func(t *testing.T) {
			now := time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			shared, err := cache.Open(cache.DefaultConfig(), cache.Deps{Log: slog.New(slog.DiscardHandler), Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			defer shared.Close()
			var store cache.Store = shared
			if dead {
				store = deadStore{}
			}
			l, err := New(store, slog.New(slog.DiscardHandler), clock)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			passed := func(key string) (n int) {
				for range 10 {
					err := l.Take(t.Context(), key, Config{PerSecond: 0.1, Burst: 3}.Bucket(), errTooMany)
					if err == nil {
						n++
					} else if !errors.Is(err, errTooMany) || fault.From(err).RetryAfter < time.Second {
						t.Errorf("%v, after %s", err, fault.From(err).RetryAfter)
					}
				}
				return n
			}
			if n := passed("one"); n != 3 {
				t.Errorf("%d passed, want the burst of 3", n)
			}
			if n := passed("another"); n != 3 {
				t.Errorf("%d of another key passed, want the burst of 3", n)
			}
			now = now.Add(20 * time.Second)
			if n := passed("one"); n != 2 {
				t.Errorf("%d passed 20 s later, want 2", n)
			}
		})
	}
}

// TestWhoLeaves: a caller who left is not told to come back later.
func TestWhoLeaves(t *testing.T) {
	l, err := New(deadStore{}, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if err := l.Take(ctx, "one", Config{PerSecond: 1, Burst: 1}.Bucket(), errTooMany); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		c    Config
		want int
	}{
		{Config{PerSecond: 0.001, Burst: 1}, 0},
		{Config{PerSecond: 100_000, Burst: 1_000_000}, 0},
		{Config{}, 2},
		{Config{PerSecond: -1, Burst: 1}, 1},
		{Config{PerSecond: 100_001, Burst: 1_000_001}, 2},
	} {
		var r fault.Rules
		test.c.Check(&r, "/write")
		if len(r.Broken()) != test.want {
			t.Errorf("%+v: %v", test.c, r.Broken())
		}
	}
}
