package waitlist

import (
	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the lane. They have no label that a visitor can choose.
type metrics struct {
	received, refused, bots, tooMany prometheus.Counter
	sent, bounced, failed            prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	signups := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "waitlist_signups_total", Help: "Forms that were sent, by what became of them.",
	}, []string{"result"})
	mails := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "waitlist_messages_total", Help: "Mails and messages to phones, by what became of them.",
	}, []string{"result"})
	if r != nil {
		r.MustRegister(signups, mails)
	}
	return &metrics{
		received: signups.WithLabelValues("received"), refused: signups.WithLabelValues("refused"), bots: signups.WithLabelValues("bot"),
		tooMany: signups.WithLabelValues("limited"),
		sent:    mails.WithLabelValues("sent"), bounced: mails.WithLabelValues("bounced"), failed: mails.WithLabelValues("failed"),
	}
}

func (m *metrics) limited(err error) {
	if isLimit(err) {
		m.tooMany.Inc()
	}
}
