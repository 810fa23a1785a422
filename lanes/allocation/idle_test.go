package allocation

import (
	"fmt"
	"testing"
	"time"
)

// TestSeldomShown says that an ad which is asked for less often than a lease lasts is shown nevertheless.
func TestSeldomShown(t *testing.T) {
	l := startLane(t, func(c *Config) { c.LeaseTime = 2 * time.Second })
	l.put(market(50_000, 0, "")...)
	l.warm("paid")
	for n := range 6 {
		for range 14 { // seven minutes, as the keeper spends them
			l.clock.Add(renewEvery.Milliseconds())
			if err := l.keeper.renew(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.warm("paid")
		}
		if got := shown(l.decide(ask("p", 1, fmt.Sprint("u", n)))); got != "1:paid" {
			t.Errorf("time %d: %s", n, got)
		}
	}
}
