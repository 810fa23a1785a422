package allocation

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
	"github.com/hotlane/hotlane/platform/db"
)

// race is workers of two generations on one ledger.
type race struct {
	t           *testing.T
	stores      [2]*ledgerStore
	generations [2]int64
	budgets     func(item int64) Budgets
	now         atomic.Int64
	tokens      atomic.Int64

	mu     sync.Mutex
	leases []ledger.Lease
	billed int64
	counts Count
}

func (r *race) run(workers, steps int, price int64) {
	r.t.Helper()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 3))
			for range steps {
				if err := r.step(rng, price); err != nil {
					r.t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func (r *race) step(rng *rand.Rand, price int64) error {
	ctx, now := r.t.Context(), r.now.Add(rng.Int64N(20))
	who := rng.IntN(2)
	switch rng.IntN(8) {
	case 0, 1:
		item := 1 + rng.Int64N(3)
		got, err := r.stores[who].Grant(ctx, r.generations[who], []Bid{{
			ledger.Want{LineItem: uint32(item), Price: price, Amount: price * (1 + rng.Int64N(10))}, r.budgets(item),
		}}, Terms{Now: now, Usable: now + 200, TokenLife: 100})
		if who == 0 && errors.Is(err, ErrFenced) {
			return nil
		}
		if err == nil && who == 0 {
			return errors.New("an old generation was granted a lease")
		}
		if err == nil && got[0].Reason == ledger.OK {
			r.mu.Lock()
			r.leases = append(r.leases, got[0].Lease)
			r.mu.Unlock()
		}
		return err
	case 2:
		_, err := r.stores[who].Settle(ctx, now, 10)
		return err
	case 3:
		if l, ok := r.lease(rng); ok {
			return r.stores[1].Close(ctx, r.generations[1], []ledger.Closing{{Lease: l.ID, Used: l.Amount - price}})
		}
		return nil
	default:
		return r.record(ctx, who, rng, now, price)
	}
}

func (r *race) lease(rng *rand.Rand) (ledger.Lease, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.leases) == 0 {
		return ledger.Lease{}, false
	}
	return r.leases[rng.IntN(len(r.leases))], true
}

// record brings an event with its replay by both generations.
func (r *race) record(ctx context.Context, who int, rng *rand.Rand, now, price int64) error {
	n := r.tokens.Add(1) - rng.Int64N(3) // some of them again
	e := Event{Kind: Click, Block: 1 + uint64(n%2), Index: uint16(n / 2), Expires: 1 << 40, At: now, LineItem: 1 + rng.Int64N(3), Click: 3 * price}
	e.Budgets = r.budgets(e.LineItem)
	if l, ok := r.lease(rng); ok && rng.IntN(4) > 0 {
		e.Kind, e.Lease, e.Price, e.Click, e.LineItem = Impression, l.ID, price, 0, int64(l.LineItem)
	}
	again := e
	events := [][]*Event{{&e}, {&again}}
	err := r.stores[who].db.Write(ctx, func(tx *db.Tx) error { return r.stores[who].Record(ctx, tx, events) })
	if err != nil {
		return err
	}
	if again.First {
		return errors.New("a replay in the same commit was counted")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.billed += e.Spent
	if e.First && e.Kind == Click {
		r.counts.Clicks++
	}
	if e.First && e.Kind == Impression {
		r.counts.Impressions++
	}
	return nil
}

// verify: all leases expire, and then charged is what was billed.
func (r *race) verify(d *db.DB, daily, total int64) {
	r.t.Helper()
	of := []Budgets{r.budgets(1), r.budgets(2), r.budgets(3)}
	for range 2 {
		got, err := r.stores[0].Balances(r.t.Context(), of)
		if err != nil {
			r.t.Fatal(err)
		}
		for i, b := range got {
			if b.DayCharged > daily || b.CampaignCharged > total {
				r.t.Errorf("item %d: charged %d of %d, campaign %d of %d", i+1, b.DayCharged, daily, b.CampaignCharged, total)
			}
		}
		if _, err := r.stores[0].Settle(r.t.Context(), 1<<40-1, 10_000); err != nil {
			r.t.Fatal(err)
		}
	}
	got, err := r.stores[0].Balances(r.t.Context(), of)
	if err != nil {
		r.t.Fatal(err)
	}
	if sum := got[0].DayCharged + got[1].DayCharged + got[2].DayCharged; sum != r.billed || got[0].CampaignCharged != r.billed {
		r.t.Errorf("when all leases are settled, %d is charged to items and %d to the campaign; %d was billed", sum, got[0].CampaignCharged, r.billed)
	}
	counts, err := r.stores[0].Report(r.t.Context(), Period{To: 1 << 40, Limit: 10})
	if err != nil || len(counts) != 1 || counts[0].Clicks != r.counts.Clicks || counts[0].Impressions != r.counts.Impressions || counts[0].Spend != r.billed {
		r.t.Errorf("counters %+v %v, want %+v and %d billed", counts, err, r.counts, r.billed)
	}
	if len(r.leases) == 0 || r.billed == 0 {
		r.t.Error("nothing was granted or billed: the test shows nothing")
	}
}
