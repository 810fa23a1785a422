package allocation

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// startLaneOn runs a lane on databases that others may use too.
func startLaneOn(t *testing.T, set *db.Set, change func(*Config)) *testLane {
	t.Helper()
	l := newTestLane(t)
	l.dbs = set
	l.start(change)
	return l
}

// twin is another process on the same databases.
func (l *testLane) twin(change func(*Config)) *testLane {
	l.t.Helper()
	other := newTestLane(l.t)
	other.clock, other.dbs = l.clock, l.dbs
	other.start(change)
	return other
}

// TestASecondOwnerFencesTheFirst: from its start on the first gets nothing durable of the ledger any more but events,
// which both record, each once.
func TestASecondOwnerFencesTheFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		const budget = 50_000
		first := startLaneOn(t, set, nil)
		first.put(market(budget, 0, `,"caps":[{"count":2,"window":"24h"}]`)...)
		first.warm("paid")
		var tokens []string
		for n := range 3 {
			if it := first.decide(ask("p", 1, fmt.Sprint("before", n))).Placements[0].Items[0]; it.LineItem == "paid" {
				tokens = append(tokens, it.Token)
			}
		}
		second := first.twin(nil)
		second.settle()
		ctx := t.Context()
		lease := Bid{ledger.Want{LineItem: 1, Price: 1, Amount: 1}, Budgets{LineItem: 1, PerDay: ledger.Unlimited, InTotal: ledger.Unlimited, Allowed: ledger.Unlimited, DayEnds: 1 << 50}}
		_, err := first.ledger.Grant(ctx, first.keeper.generation, []Bid{lease}, Terms{Now: first.clock.Load(), Usable: 1 << 50, TokenLife: 1})
		for what, err := range map[string]error{
			"grant":      err,
			"close":      first.ledger.Close(ctx, first.keeper.generation, []ledger.Closing{{Lease: 1}}),
			"flush":      first.ledger.AppendCaps(ctx, first.keeper.generation, 1<<40, 0, []byte("x")),
			"checkpoint": first.ledger.SaveCaps(ctx, first.keeper.generation, nil, 0),
		} {
			if !errors.Is(err, ErrFenced) {
				t.Errorf("%s by the first: %v", what, err)
			}
		}
		n := 0
		first.until("the first stops deciding", func() bool {
			n++
			_, err := first.Decide(ctx, ask("p", 1, fmt.Sprint("after", n)))
			return errors.Is(err, ErrFenced)
		})
		if !errors.Is(first.Ready(), ErrFenced) || second.Ready() != nil {
			t.Errorf("ready: the first %v, the second %v", first.Ready(), second.Ready())
		}
		eachOnce(t, first, second, tokens)
		second.warm("paid")
		second.hammer(8, 20, 1)
		if got := second.spent(); got > budget || got < int64(len(tokens))*1_000 {
			t.Errorf("spent %d of %d", got, budget)
		}
		first.stop() // in good order
	})
}

// eachOnce reports the tokens at both, turn and turn about.
func eachOnce(t *testing.T, first, second *testLane, tokens []string) {
	t.Helper()
	for i, token := range tokens {
		counted := 0
		for n := range 4 {
			at := []*testLane{first, second}[(i+n)%2]
			isFirst, err := at.Report(t.Context(), Impression, token)
			if err != nil {
				t.Error(err)
			}
			if isFirst {
				counted++
			}
		}
		if counted != 1 {
			t.Errorf("token %d was counted %d times", i, counted)
		}
	}
	if got := second.spent(); len(tokens) == 0 || got != int64(len(tokens))*1_000 {
		t.Errorf("%d tokens, spent %d", len(tokens), got)
	}
}

// TestADecisionThatWaitsIsToldOfTheFence: with caps.flush 0 a decision waits for the disk; once the process is fenced
// nothing is written any more, and who waits is told so.
func TestADecisionThatWaitsIsToldOfTheFence(t *testing.T) {
	first := startLaneOn(t, dbtest.NewSet(t, db.Config{}, db.Options{}), func(c *Config) { c.Caps.Flush = 0 })
	first.keeper.fence()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := first.keeper.durable(ctx, 1<<40); !errors.Is(err, ErrFenced) {
		t.Errorf("a wait for the disk ended with %v", err)
	}
}

// TestSameSeedSameAnswer: two lanes on the same things, counters and seeds answer the same, at every step of the same
// history.
func TestSameSeedSameAnswer(t *testing.T) {
	lanes := []*testLane{startLane(t, nil), startLane(t, nil)}
	var weights []string
	for n := range 6 {
		weights = append(weights, fmt.Sprintf(`{"thing":"creative","id":"w%d","line_item":"paid","title":"t","weight":%d,"caps":[{"count":1,"window":"1h"}]}`, n, n+1))
	}
	for _, l := range lanes {
		l.put(market(0, 0, `,"caps":[{"count":4,"window":"1h"}]`)...)
		l.put(append(weights, basics...)...)
	}
	different := map[string]bool{}
	for seed := range uint64(150) {
		req := ask("p", 1, fmt.Sprint("u", seed%20))
		req.Seed = &seed
		req.Placements = append(req.Placements, Ask{ID: "lock", Count: 5})
		var answers []string
		for _, l := range lanes {
			a := l.decide(req)
			answers = append(answers, fmt.Sprint(creativesOf(a)))
			l.clock.Add(60_000)
		}
		if answers[0] != answers[1] {
			t.Fatalf("seed %d: %s, %s", seed, answers[0], answers[1])
		}
		different[answers[0]] = true
	}
	if len(different) < 4 {
		t.Errorf("only %d different answers: the test shows little", len(different))
	}
}
