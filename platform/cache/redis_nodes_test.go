//go:build integration

package cache_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
)

// redisNodes are caches with a connection each, as processes have.
func redisNodes(t *testing.T, n int, cfg cache.Config) []*cache.Cache[int] {
	list := make([]*cache.Cache[int], n)
	for i := range list {
		list[i] = newCache(t, numbers(cachetest.Open(t, cfg), time.Now))
	}
	return list
}

// TestStampedeRedis is 10,000 concurrent misses of one key on three nodes with Redis: one load.
func TestStampedeRedis(t *testing.T) {
	s := &source{now: time.Now}
	three := redisNodes(t, 3, cachetest.Redis(t))
	var all sync.WaitGroup
	begin := make(chan struct{})
	slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
		<-begin
		return s.load(ctx, old)
	}
	var asked atomic.Int64
	for i := range 10_000 {
		all.Go(func() {
			asked.Add(1)
			if l, err := three[i%3].Get(t.Context(), "k", slow); err != nil || l.Value != 1 {
				t.Errorf("%d, %v", l.Value, err)
			}
		})
	}
	for range cachetest.Until(t) {
		if asked.Load() == 10_000 {
			break
		}
	}
	close(begin)
	all.Wait()
	if n := s.loads.Load(); n != 1 {
		t.Errorf("%d loads", n)
	}
}

// TestRedisLostWhileLoading flushes or kills Redis in the middle of loads: who waits is answered, and the next value is shared again.
func TestRedisLostWhileLoading(t *testing.T) {
	for name, lose := range map[string]func(*cachetest.Server){
		"flushed": func(s *cachetest.Server) { s.Say("FLUSHALL") },
		"killed":  func(s *cachetest.Server) { s.Kill(t) },
	} {
		t.Run(name, func(t *testing.T) {
			server := cachetest.Start(t)
			cfg := cachetest.At(server.Address())
			cfg.Timeout = 500 * time.Millisecond
			two := redisNodes(t, 2, cfg)
			s := &source{now: time.Now}
			began, goOn := make(chan struct{}, 100), make(chan struct{})
			slow := func(ctx context.Context, old *cache.Loaded[int]) (cache.Loaded[int], error) {
				began <- struct{}{}
				<-goOn
				return s.load(ctx, old)
			}
			var all sync.WaitGroup
			for i := range 20 {
				all.Go(func() {
					if l, err := two[i%2].Get(t.Context(), "k", slow); err != nil || l.Value == 0 {
						t.Errorf("%+v, %v", l, err)
					}
				})
			}
			<-began
			lose(server)
			close(goOn)
			all.Wait()
			if n := s.loads.Load(); n > 2 {
				t.Errorf("%d loads on two nodes", n)
			}
			if name == "killed" {
				server.Restart(t)
			}
			for i := range cachetest.Until(t) { // a value of one node is the other's again
				key := fmt.Sprint("again", i)
				l, err := two[0].Get(t.Context(), key, s.load)
				m, err2 := two[1].Get(t.Context(), key, s.load)
				if err != nil || err2 != nil {
					t.Fatal(err, err2)
				}
				if l.Value == m.Value {
					break
				}
			}
		})
	}
}
