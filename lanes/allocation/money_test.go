package allocation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// market is an ad with a budget of so many impressions a day, and one behind it that costs nothing to hold.
func market(dailyBudget, totalBudget int64, more string) []string {
	return append([]string{
		`{"thing":"advertiser","id":"a","name":"A"}`,
		fmt.Sprintf(`{"thing":"campaign","id":"c","advertiser":"a","name":"C","total_budget_micros":%d}`, totalBudget),
		fmt.Sprintf(`{"thing":"line_item","id":"paid","campaign":"c","bid_micros":1000000,"daily_budget_micros":%d%s}`, dailyBudget, more),
		`{"thing":"creative","id":"x","line_item":"paid","title":"t","landing":"https://example.com/x"}`,
		`{"thing":"placement","id":"p","slots":1}`,
	}, fillers...)
}

var fillers = []string{
	`{"thing":"line_item","id":"house","tier":"house"}`, `{"thing":"creative","id":"h","line_item":"house","title":"t"}`,
}

func (l *testLane) spent() int64 {
	l.t.Helper()
	counts, err := l.ledger.Report(context.Background(), Period{To: 1 << 40, Limit: 10})
	if err != nil {
		l.t.Fatal(err)
	}
	var sum int64
	for _, c := range counts {
		sum += c.Spend
	}
	return sum
}

// TestNoOverspend has 64 workers decide and confirm far more than the budget holds, with tokens expiring and leases
// settling in between: spent is never above the budget, and what was not confirmed can be sold again.
func TestNoOverspend(t *testing.T) {
	const budget = 300_000 // 300 impressions at 1,000 micros
	for name, things := range map[string][]string{
		"daily": market(budget, 0, ""), "total": market(0, budget, ""), "both": market(budget, budget, `,"pacing":"asap"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := startLane(t, func(c *Config) { c.TokenTTL, c.LeaseTime = time.Minute, time.Second })
			l.put(things...)
			l.warm("paid")
			for round := range 8 {
				l.hammer(64, 20, 0.4)
				if got := l.spent(); got > budget {
					t.Fatalf("round %d: spent %d of %d", round, got, budget)
				}
				l.clock.Add((12 * time.Minute).Milliseconds()) // all tokens and leases of the round expire
				if _, err := l.ledger.Settle(context.Background(), l.clock.Load(), 10_000); err != nil {
					t.Fatal(err)
				}
				l.clock.Add((5 * time.Second).Milliseconds())
			}
			if got := l.spent(); got < budget*9/10 {
				t.Errorf("spent %d of %d: what was not confirmed did not come back", got, budget)
			}
		})
	}
}

// hammer lets workers decide and confirm a share of what they are shown, twice each.
func (l *testLane) hammer(workers, decisions int, confirm float64) {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 7))
			for n := range decisions {
				a, err := l.Decide(context.Background(), ask("p", 1, fmt.Sprintf("u%d-%d", w, n)))
				if err != nil {
					l.t.Error(err)
					return
				}
				it := a.Placements[0].Items[0]
				if it.LineItem != "paid" {
					l.awaitLease()
					continue
				}
				if rng.Float64() > confirm {
					continue
				}
				for range 2 {
					if _, err := l.Report(context.Background(), Impression, it.Token); err != nil {
						l.t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
}

// awaitLease lets the keeper answer, so that there is something to fight for.
func (l *testLane) awaitLease() {
	it := l.catalogue.Load().lineItems.get("paid")
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 50 {
		if _, why := l.money.reserve(it, l.clock.Load(), true); why != reasonLease {
			return
		}
		<-tick.C
	}
}

// TestCapsUnderConcurrency has 64 workers ask for one user at once: the cap is never exceeded.
func TestCapsUnderConcurrency(t *testing.T) {
	l := startLane(t, nil)
	l.put(market(0, 0, `,"caps":[{"count":3,"window":"24h"}]`)...)
	var wg sync.WaitGroup
	var mu sync.Mutex
	served := map[string]int{}
	for range 64 {
		wg.Go(func() {
			for n := range 30 {
				user := fmt.Sprintf("u%d", n%5)
				a := l.decide(ask("p", 1, user))
				if a.Placements[0].Items[0].LineItem == "paid" {
					mu.Lock()
					served[user]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	for user, n := range served {
		if n != 3 {
			t.Errorf("%s saw it %d times, the cap is 3", user, n)
		}
	}
}

// TestCapReturns says that a place in a cap comes back when the impression does not come, and stays when it does.
func TestCapReturns(t *testing.T) {
	l := startLane(t, nil)
	l.put(market(0, 0, `,"caps":[{"count":2,"window":"24h"}]`)...)
	first, second := l.decide(ask("p", 1, "u")), l.decide(ask("p", 1, "u"))
	if got := shown(l.decide(ask("p", 1, "u"))); got != "1:house" {
		t.Fatalf("third: %s", got)
	}
	if _, err := l.Report(context.Background(), Impression, first.Placements[0].Items[0].Token); err != nil {
		t.Fatal(err)
	}
	l.clock.Add((16 * time.Minute).Milliseconds())
	if _, err := l.Report(context.Background(), Impression, second.Placements[0].Items[0].Token); err == nil {
		t.Error("an expired token was taken")
	}
	if got := shown(l.decide(ask("p", 1, "u"))) + " " + shown(l.decide(ask("p", 1, "u"))); got != "1:paid 1:house" {
		t.Errorf("after the second expired: %s", got)
	}
	l.clock.Add((24 * time.Hour).Milliseconds())
	if got := shown(l.decide(ask("p", 1, "u"))); got != "1:paid" {
		t.Errorf("a day later: %s", got)
	}
}

// TestCapsSurviveRestart says that what was flushed is there after a restart.
func TestCapsSurviveRestart(t *testing.T) {
	for _, flush := range []time.Duration{0, 20 * time.Millisecond} {
		t.Run(flush.String(), func(t *testing.T) {
			set := func(c *Config) { c.Caps.Flush = flush }
			l := startLane(t, set)
			l.put(market(0, 0, `,"caps":[{"count":1,"window":"24h"}]`)...)
			if got := shown(l.decide(ask("p", 1, "u"))); got != "1:paid" {
				t.Fatal(got)
			}
			l.stop()
			l.start(set)
			if got := shown(l.decide(ask("p", 1, "u"))); got != "1:house" {
				t.Errorf("after a restart: %s", got)
			}
		})
	}
}

// TestClicksAreChargedAtTheClick says that clicks beyond the budget are counted, redirected and not billed.
func TestClicksAreChargedAtTheClick(t *testing.T) {
	l := startLane(t, nil)
	l.put(market(25_000, 0, `,"bid_type":"cpc"`)...)
	l.put(`{"thing":"line_item","id":"paid","campaign":"c","bid_type":"cpc","bid_micros":10000,"daily_budget_micros":25000}`)
	var tokens []string
	for n := range 4 {
		a := l.decide(ask("p", 1, fmt.Sprint("u", n)))
		tokens = append(tokens, a.Placements[0].Items[0].Token)
	}
	for _, tok := range append(tokens, tokens...) {
		if _, err := l.Report(context.Background(), Click, tok); err != nil {
			t.Fatal(err)
		}
		if url, err := l.Landing(tok); err != nil || url != "https://example.com/x" {
			t.Fatal(url, err)
		}
	}
	counts, err := l.ledger.Report(context.Background(), Period{To: 1 << 40, Limit: 10})
	if err != nil || len(counts) != 1 || counts[0].Clicks != 4 || counts[0].Spend != 20_000 {
		t.Errorf("got %+v %v, want 4 clicks, of which 2 were billed", counts, err)
	}
}
