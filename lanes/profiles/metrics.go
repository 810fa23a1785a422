package profiles

import "github.com/prometheus/client_golang/prometheus"

// metrics of the lane; the app adds the prefix. What memory and Redis answered, the cache counts.
type metrics struct {
	loads    *prometheus.CounterVec
	calls    *prometheus.CounterVec
	refused  *prometheus.CounterVec
	drift    *prometheus.CounterVec
	erasures *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "profiles_" + name, Help: help}, labels)
	}
	m := &metrics{
		loads:    vec("loads_total", "Profiles that were neither in memory nor in Redis, by where they came from: sql or upstream.", "source", "tier"),
		calls:    vec("upstream_calls_total", "Calls of a source by what came of them: document, unchanged, not_found, limited, failed, stranger.", "source", "class"),
		refused:  vec("budget_refused_total", "Questions that the source's budget had no room for.", "source"),
		drift:    vec("drift_total", "Changes of a source's documents that were new: appeared, vanished, changed.", "source", "kind"),
		erasures: vec("erasures_total", "Erasures.", "source"),
	}
	if reg != nil {
		reg.MustRegister(m.loads, m.calls, m.refused, m.drift, m.erasures)
	}
	return m
}

// watch shows a source's queue.
func (m *metrics) watch(reg prometheus.Registerer, src *source) {
	if reg == nil {
		return
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "profiles_budget_waiting", Help: "Questions that wait for their turn at the source.", ConstLabels: prometheus.Labels{"source": src.cfg.Name},
	}, func() float64 { return float64(src.pacer.Waiting()) }))
}
