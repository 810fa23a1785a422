package cache

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Counts are what a cache has done since it was made, for pages that show it; the metrics have the same and more.
type Counts struct {
	Memory, Store, Stale float64 // answers: from memory, from the Store, and those past their Renew
	Loaded, Renewed      float64 // loads that ended, failed or not; of those, renewals beside a stale value
}

// Counts reads the counters.
func (c *Cache[V]) Counts() Counts {
	m := &c.metrics
	return Counts{
		Memory: read(m.memory), Store: read(m.stored), Stale: read(m.stale),
		Loaded: read(m.loaded) + read(m.failed), Renewed: read(m.renewed) + read(m.kept),
	}
}

func read(c prometheus.Counter) float64 {
	var m dto.Metric
	if err := c.Write(&m); err != nil { // a counter always writes
		panic(err)
	}
	return m.GetCounter().GetValue()
}
