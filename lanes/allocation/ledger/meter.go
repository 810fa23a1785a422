package ledger

import "math"

// meter estimates how much is spent a second: an exponentially weighted mean over whole seconds with a half-life of
// ten, or the running second if that is more.
type meter struct {
	second  int64
	running int64 // micros in that second
	mean    float64
}

const meterHalfLife = 10 // seconds

func (m *meter) add(price, now int64) {
	m.roll(now)
	m.running += price
}

func (m *meter) roll(now int64) {
	second := now / 1000
	if second <= m.second {
		return
	}
	keep := math.Exp2(-1.0 / meterHalfLife)
	m.mean = m.mean*keep + float64(m.running)*(1-keep)
	if idle := second - m.second - 1; idle > 0 {
		m.mean *= math.Exp2(-float64(idle) / meterHalfLife)
	}
	m.second, m.running = second, 0
}

// expect is the spend expected in so many milliseconds, in micros.
func (m *meter) expect(ms, now int64) int64 {
	m.roll(now)
	e := max(m.mean, float64(m.running)) * float64(ms) / 1000
	return int64(min(e, math.MaxInt64/4))
}
