package cache_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/hotlane/hotlane/platform/cache"
)

// TestMetrics counts a small history of two caches that share a registry.
func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		s := &source{now: time.Now}
		o := numbers(sharedStore(t, time.Now), time.Now)
		o.Metrics = reg
		c, other := newCache(t, o), o
		other.Name = "others"
		newCache(t, other)
		get(t, c, "k", s.load, 1)
		get(t, c, "k", s.load, 1)
		get(t, newCache(t, o), "k", s.load, 1)
		if _, err := c.Get(t.Context(), "bad", fails(errBroken)); err == nil {
			t.Error("no error")
		}
		time.Sleep(time.Minute)
		get(t, c, "k", func(context.Context, *cache.Loaded[int]) (l cache.Loaded[int], err error) { return l, errBroken }, 1)
		synctest.Wait()
		time.Sleep(time.Second)
		get(t, c, "k", s.load, 1)
		synctest.Wait()
		if got := c.Counts(); got != (cache.Counts{Memory: 1, Store: 1, Stale: 2, Loaded: 4, Renewed: 2}) {
			t.Errorf("the counts are %+v", got)
		}
		want := `
# HELP hotlane_cache_hits_total Answers that needed no load: fresh from memory, fresh from the store, or stale from either.
# TYPE hotlane_cache_hits_total counter
hotlane_cache_hits_total{cache="numbers",tier="memory"} 1
hotlane_cache_hits_total{cache="numbers",tier="stale"} 2
hotlane_cache_hits_total{cache="numbers",tier="store"} 1
hotlane_cache_hits_total{cache="others",tier="memory"} 0
hotlane_cache_hits_total{cache="others",tier="stale"} 0
hotlane_cache_hits_total{cache="others",tier="store"} 0
# HELP hotlane_cache_loads_total Loads that ended, renewals among them.
# TYPE hotlane_cache_loads_total counter
hotlane_cache_loads_total{cache="numbers",result="error"} 2
hotlane_cache_loads_total{cache="numbers",result="ok"} 2
hotlane_cache_loads_total{cache="others",result="error"} 0
hotlane_cache_loads_total{cache="others",result="ok"} 0
# HELP hotlane_cache_renewals_total Renewals beside a stale value; later: there was no room for one.
# TYPE hotlane_cache_renewals_total counter
hotlane_cache_renewals_total{cache="numbers",result="error"} 1
hotlane_cache_renewals_total{cache="numbers",result="later"} 0
hotlane_cache_renewals_total{cache="numbers",result="ok"} 1
hotlane_cache_renewals_total{cache="others",result="error"} 0
hotlane_cache_renewals_total{cache="others",result="later"} 0
hotlane_cache_renewals_total{cache="others",result="ok"} 0
`
		err := testutil.GatherAndCompare(reg, strings.NewReader(want),
			"hotlane_cache_hits_total", "hotlane_cache_loads_total", "hotlane_cache_renewals_total")
		if err != nil {
			t.Error(err)
		}
	})
}
