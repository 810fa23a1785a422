//go:build integration

package cache_test

import (
	"testing"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestSuiteRedis(t *testing.T) {
	cachetest.Suite(t, func(t *testing.T) cachetest.Opened {
		return cachetest.Opened{Store: cachetest.Open(t, cachetest.Redis(t))}
	})
}

func TestSuiteCluster(t *testing.T) {
	nodes := cachetest.Cluster(t)
	for name, url := range map[string]string{
		"by one":  "redis://" + nodes[1].Address(),
		"by more": "redis://" + nodes[0].Address() + "?addr=" + nodes[1].Address() + "&addr=" + nodes[2].Address(),
	} {
		t.Run(name, func(t *testing.T) {
			cachetest.Suite(t, func(t *testing.T) cachetest.Opened {
				cfg := cachetest.At("")
				cfg.Redis = telemetry.Secret(url)
				return cachetest.Opened{Store: cachetest.Open(t, cfg)}
			})
		})
	}
}

// TestSentinel runs the suite on what Sentinel names, then kills the master and goes on with the one that takes its place.
func TestSentinel(t *testing.T) {
	master, replica, url := cachetest.Sentinel(t)
	config := func() cache.Config {
		cfg := cachetest.At("")
		cfg.Redis = telemetry.Secret(url)
		return cfg
	}
	cachetest.Suite(t, func(t *testing.T) cachetest.Opened { return cachetest.Opened{Store: cachetest.Open(t, config())} })

	s := cachetest.Open(t, config())
	set(t, s, "k", "before")
	for range cachetest.Until(t) {
		if replica.Say("DBSIZE") == master.Say("DBSIZE") {
			break
		}
	}
	master.Kill(t)
	for range cachetest.Until(t) {
		if err := s.Set(t.Context(), "after", []byte("x"), hour); err == nil {
			break
		}
	}
	if got, ok, err := s.Get(t.Context(), "k"); err != nil || !ok || string(got) != "before" {
		t.Errorf("the replica has %q, %v, %v", got, ok, err)
	}
}
