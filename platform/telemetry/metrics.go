package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// httpMetrics are the families of which each route has its children resolved once.
type httpMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newHTTPMetrics(reg prometheus.Registerer) *httpMetrics {
	m := &httpMetrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hotlane_http_requests_total", Help: "Answers, by route, method and class of status.",
		}, []string{"route", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hotlane_http_request_duration_seconds", Help: "Time until the handler returned; upgraded connections are left out.",
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hotlane_http_requests_in_flight", Help: "Requests being answered now.",
		}),
	}
	reg.MustRegister(m.requests, m.duration, m.inFlight)
	return m
}

// child is what one route and method report to. Methods come from a fixed list, so clients cannot make series.
type child struct {
	classes  [6]prometheus.Counter // by the status's first digit
	duration prometheus.Observer
}

var methods = [...]string{"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}

func methodIndex(method string) int {
	for i, m := range methods[:len(methods)-1] {
		if m == method {
			return i
		}
	}
	return len(methods) - 1
}

func (m *httpMetrics) child(route, method string) *child {
	c := &child{duration: m.duration.WithLabelValues(route, method)}
	for class := 1; class < len(c.classes); class++ {
		c.classes[class] = m.requests.WithLabelValues(route, method, string('0'+rune(class))+"xx")
	}
	return c
}

func (c *child) done(status int, d time.Duration) {
	class := status / 100
	if class < 1 || class > 5 {
		class = 5
	}
	c.classes[class].Inc()
	if status != 101 {
		c.duration.Observe(d.Seconds())
	}
}
