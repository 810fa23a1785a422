package allocation

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestEvenPacing asks for far more than there is at three hours of a day: what is spent never runs ahead of the day by
// more than the minute that is allowed in advance, and it does follow.
func TestEvenPacing(t *testing.T) {
	const budget = 1_440_000 // 1,000 micros a minute, an impression a minute
	l := startLane(t, nil)
	l.put(market(budget, 0, `,"pacing":"even"`)...)
	midnight := noon.Truncate(24 * time.Hour)
	for _, hour := range []int{6, 12, 18} {
		now := midnight.Add(time.Duration(hour) * time.Hour)
		l.clock.Store(now.UnixMilli())
		l.drainBudget()
		allowed := int64(budget)*int64(hour*60+1)/1440 + 1000
		if got := l.spent(); got > allowed || got < allowed*9/10 {
			t.Errorf("at %d o'clock %d is spent, want close below %d", hour, got, allowed)
		}
	}
}

// drainBudget takes and confirms impressions until pacing or budget says no.
func (l *testLane) drainBudget() {
	l.t.Helper()
	it := l.catalogue.Load().lineItems.get("paid")
	for n := 0; ; n++ {
		a := l.decide(ask("p", 1, fmt.Sprint("user", n)))
		if got := a.Placements[0].Items[0]; got.LineItem == "paid" {
			if _, err := l.Report(context.Background(), Impression, got.Token); err != nil {
				l.t.Fatal(err)
			}
			continue
		}
		why := reasonLease
		l.until("an answer of the ledger", func() bool {
			_, why = l.money.reserve(it, l.clock.Load(), true)
			return why != reasonLease
		})
		if why != reasonNone {
			return
		}
	}
}
