package papers

import "github.com/prometheus/client_golang/prometheus"

// metrics of the lane. They have no label that a visitor can choose.
type metrics struct{ created, images prometheus.Counter }

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		created: prometheus.NewCounter(prometheus.CounterOpts{Name: "papers_created_total", Help: "Papers that were made."}),
		images:  prometheus.NewCounter(prometheus.CounterOpts{Name: "papers_images_total", Help: "Pictures that were uploaded."}),
	}
	if r != nil {
		r.MustRegister(m.created, m.images)
	}
	return m
}
