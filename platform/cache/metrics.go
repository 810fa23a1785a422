package cache

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/telemetry"
)

type linkMetrics struct {
	up     prometheus.Gauge
	errors prometheus.Counter
}

func newLinkMetrics(reg prometheus.Registerer) linkMetrics {
	return linkMetrics{
		up: telemetry.Registered(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hotlane_cache_redis_up", Help: "1 while Redis answers.",
		})),
		errors: telemetry.Registered(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "hotlane_cache_redis_errors_total", Help: "Calls of Redis that failed.",
		})),
	}
}

// cacheMetrics are one cache's counters.
type cacheMetrics struct {
	memory, stored, stale prometheus.Counter // answered from
	loaded, failed        prometheus.Counter // loads that ended, renewals too
	joined, elsewhere     prometheus.Counter // waits for a load of this node, of another
	renewed, kept, later  prometheus.Counter // renewals that succeeded, failed, or had no room
}

func newCacheMetrics(reg prometheus.Registerer, name string) cacheMetrics {
	family := func(what, help, label string) func(string) prometheus.Counter {
		vec := telemetry.Registered(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotlane_cache_" + what, Help: help}, []string{"cache", label}))
		return func(value string) prometheus.Counter { return vec.WithLabelValues(name, value) }
	}
	hits := family("hits_total", "Answers that needed no load: fresh from memory, fresh from the store, or stale from either.", "tier")
	loads := family("loads_total", "Loads that ended, renewals among them.", "result")
	waits := family("waits_total", "Waits for a load of this node, or of another.", "for")
	renewals := family("renewals_total", "Renewals beside a stale value; later: there was no room for one.", "result")
	return cacheMetrics{
		memory: hits("memory"), stored: hits("store"), stale: hits("stale"),
		loaded: loads("ok"), failed: loads("error"),
		joined: waits("node"), elsewhere: waits("other_node"),
		renewed: renewals("ok"), kept: renewals("error"), later: renewals("later"),
	}
}
