package cache

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// registered is the collector, or the equal one that was registered before: caches share families, and tell themselves apart by label.
func registered[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	err := reg.Register(c)
	if again := (prometheus.AlreadyRegisteredError{}); errors.As(err, &again) {
		if earlier, ok := again.ExistingCollector.(C); ok {
			return earlier
		}
	}
	if err != nil {
		panic(err) // two metrics of one name: a mistake in the program
	}
	return c
}

type linkMetrics struct {
	up     prometheus.Gauge
	errors prometheus.Counter
}

func newLinkMetrics(reg prometheus.Registerer) linkMetrics {
	return linkMetrics{
		up: registered(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hotlane_cache_redis_up", Help: "1 while Redis answers.",
		})),
		errors: registered(reg, prometheus.NewCounter(prometheus.CounterOpts{
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
		vec := registered(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hotlane_cache_" + what, Help: help}, []string{"cache", label}))
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
