package fetch

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// metrics of one client; without a registerer nobody reads them.
type metrics struct {
	calls         *prometheus.CounterVec // by outcome; a fixed set: a class of status, or an error's code
	duration      prometheus.Observer
	opens, retrys prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, client string) *metrics {
	calls := telemetry.Registered(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fetch_calls_total", Help: "Calls to third parties, by client and outcome: class of status, or what went wrong.",
	}, []string{"client", "outcome"}))
	duration := telemetry.Registered(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "fetch_duration_seconds", Help: "Time of a call with its retries, by client.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"client"}))
	events := telemetry.Registered(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "fetch_events_total", Help: "Retries, and openings of breakers, by client and event: retry, open.",
	}, []string{"client", "event"}))
	return &metrics{
		calls:    calls.MustCurryWith(prometheus.Labels{"client": client}),
		duration: duration.WithLabelValues(client),
		opens:    events.WithLabelValues(client, "open"),
		retrys:   events.WithLabelValues(client, "retry"),
	}
}

func (m *metrics) opened()  { m.opens.Inc() }
func (m *metrics) retried() { m.retrys.Inc() }

func (m *metrics) done(a *Answer, err error, took time.Duration) {
	m.calls.WithLabelValues(outcomeName(a, err)).Inc()
	m.duration.Observe(took.Seconds())
}

func outcomeName(a *Answer, err error) string {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f.Code
	case err != nil:
		return "left"
	case a.Status < 100 || a.Status > 599:
		return "other"
	}
	return string('0'+rune(a.Status/100)) + "xx"
}
