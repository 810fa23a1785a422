package allocation

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// pulseLength is how many seconds of what happened a page can look back on.
const pulseLength = 60

// beat is what happened in one second.
type beat struct{ decisions, impressions, clicks float64 }

// pulse remembers the last minute of the counters, second by second.
type pulse struct {
	mu    sync.Mutex
	beats []beat // oldest first
	last  beat   // totals
}

// run looks at the counters every second until the context ends.
func (p *pulse) run(ctx context.Context, m *metrics) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for p.take(m); ; p.take(m) {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (p *pulse) take(m *metrics) {
	recorded := func(k EventKind) float64 { return total(m.events.WithLabelValues(k.String(), outcome(true))) }
	now := beat{total(m.decisions), recorded(Impression), recorded(Click)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.beats) == pulseLength {
		p.beats = append(p.beats[:0], p.beats[1:]...)
	}
	p.beats = append(p.beats, beat{now.decisions - p.last.decisions, now.impressions - p.last.impressions, now.clicks - p.last.clicks})
	p.last = now
}

// read returns the last minute, oldest first.
func (p *pulse) read() []beat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]beat(nil), p.beats...)
}

func total(c prometheus.Counter) float64 {
	var m dto.Metric
	if err := c.Write(&m); err != nil { // a counter always writes
		panic(err)
	}
	return m.GetCounter().GetValue()
}
