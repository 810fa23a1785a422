//go:build integration

package cache_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/fault"
)

const hour = time.Hour

func set(t *testing.T, s cache.Store, key, value string) {
	t.Helper()
	if err := s.Set(t.Context(), key, []byte(value), hour); err != nil {
		t.Fatal(err)
	}
}

func answers(t *testing.T, s cache.Store) {
	t.Helper()
	for range cachetest.Until(t) {
		if _, _, err := s.Get(t.Context(), "k"); err == nil {
			return
		}
	}
}

func down(t *testing.T, s cache.Store) {
	t.Helper()
	for range cachetest.Until(t) {
		if _, _, err := s.Get(t.Context(), "k"); err != nil {
			if f := fault.From(err); f.Kind != fault.Unavailable || !errors.Is(err, cache.ErrUnavailable) {
				t.Fatal(err)
			}
			return
		}
	}
}

// TestRedisKilled goes on by itself when Redis comes back, though it forgot everything, the scripts too.
func TestRedisKilled(t *testing.T) {
	server := cachetest.Start(t)
	s := cachetest.Open(t, cachetest.At(server.Address()))
	set(t, s, "k", "x")
	if _, err := s.Add(t.Context(), "n", 5, hour); err != nil {
		t.Fatal(err)
	}
	server.Kill(t)
	down(t, s)
	server.Restart(t)
	answers(t, s)
	if _, ok, err := s.Get(t.Context(), "k"); ok || err != nil {
		t.Error(ok, err)
	}
	if n, err := s.Add(t.Context(), "n", 1, hour); n != 1 || err != nil {
		t.Error(n, err)
	}
}

// TestRedisKilledInMidFlight kills and starts Redis under 32 goroutines: each call ends, with an answer or as unavailable.
func TestRedisKilledInMidFlight(t *testing.T) {
	server := cachetest.Start(t)
	s := cachetest.Open(t, cachetest.At(server.Address()))
	answers(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var good, bad atomic.Int64
	for i := range 32 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				key := fmt.Sprint(i, "/", n%10)
				var err error
				switch n % 4 {
				case 0:
					err = s.Set(t.Context(), key, []byte(key), hour)
				case 1:
					var got []byte
					var ok bool
					if got, ok, err = s.Get(t.Context(), key); ok && string(got) != key {
						t.Errorf("%s is %q: the answer of another call", key, got)
					}
				case 2:
					_, err = s.Add(t.Context(), key, 1, hour)
				case 3:
					_, err = s.Take(t.Context(), key, cache.Bucket{Rate: 1, Burst: 10}, 1)
				}
				if err == nil {
					good.Add(1)
				} else {
					bad.Add(1)
					if !errors.Is(err, cache.ErrUnavailable) {
						t.Error(err)
					}
				}
			}
		})
	}
	for range 3 {
		before := good.Load()
		for range cachetest.Until(t) {
			if good.Load() > before+500 {
				break
			}
		}
		before = bad.Load()
		server.Kill(t)
		for range cachetest.Until(t) {
			if bad.Load() > before {
				break
			}
		}
		server.Restart(t)
		answers(t, s)
	}
	cancel()
	all.Wait()
}

// TestRedisNotThereAtStart opens a store for a Redis that comes later.
func TestRedisNotThereAtStart(t *testing.T) {
	server := cachetest.Start(t)
	server.Kill(t)
	s := cachetest.Open(t, cachetest.At(server.Address()))
	down(t, s)
	server.Restart(t)
	answers(t, s)
}

// TestRedisHangs counts what a Redis that takes connections and does not answer costs: a few calls wait for the time-out, all
// further ones fail at once, and the store closes.
func TestRedisHangs(t *testing.T) {
	for _, c := range []struct {
		name  string
		first bool // it hangs before it was connected to
	}{{"from the start", true}, {"later", false}} {
		t.Run(c.name, func(t *testing.T) {
			server := cachetest.Start(t)
			t.Cleanup(func() { server.Signal(t, syscall.SIGCONT) })
			if c.first {
				server.Signal(t, syscall.SIGSTOP)
			}
			cfg := cachetest.At(server.Address())
			cfg.Timeout = 100 * time.Millisecond
			s := cachetest.Open(t, cfg)
			if !c.first {
				answers(t, s)
				server.Signal(t, syscall.SIGSTOP)
			}
			began := time.Now()
			waited := 0
			for range 2000 {
				at := time.Now()
				if _, _, err := s.Get(t.Context(), "k"); !errors.Is(err, cache.ErrUnavailable) {
					t.Fatal(err)
				}
				if time.Since(at) >= cfg.Timeout {
					waited++
				}
			}
			if waited > 100 {
				t.Errorf("%d of 2000 calls waited, %v in all", waited, time.Since(began))
			}
			server.Signal(t, syscall.SIGCONT)
			answers(t, s)
		})
	}
	t.Run("while it is closed", func(t *testing.T) {
		server := cachetest.Start(t)
		server.Signal(t, syscall.SIGSTOP)
		t.Cleanup(func() { server.Signal(t, syscall.SIGCONT) })
		s := cachetest.Open(t, cachetest.At(server.Address()))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFlushed flushes Redis while things are held: locks and claims are lost, and nothing is filled by who lost its claim.
func TestFlushed(t *testing.T) {
	server := cachetest.Start(t)
	s := cachetest.Open(t, cachetest.At(server.Address()))
	set(t, s, "k", "x")
	unlock, _, err := s.Lock(t.Context(), "k", hour)
	if err != nil {
		t.Fatal(err)
	}
	claim, _, err := s.Claim(t.Context(), "k", hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := server.Say("FLUSHALL"); got != "OK" {
		t.Fatal(got)
	}
	if _, ok, err := s.Get(t.Context(), "k"); ok || err != nil {
		t.Error(ok, err)
	}
	if kept, err := claim.Set(t.Context(), []byte("x"), hour); kept || err != nil {
		t.Error(kept, err)
	}
	if _, ok, err := s.Lock(t.Context(), "k", hour); !ok || err != nil {
		t.Error(ok, err)
	}
	unlock()
	if _, ok, err := s.Lock(t.Context(), "k", hour); ok || err != nil {
		t.Errorf("who lost a lock freed another's: %v, %v", ok, err)
	}
}
