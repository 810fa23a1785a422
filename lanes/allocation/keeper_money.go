package allocation

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

// lease asks the ledger for what decisions need.
func (k *keeper) lease(ctx context.Context) error {
	if k.fenced() {
		return nil
	}
	now := k.now()
	wants := k.money.book.Wants(now.UnixMilli())
	for len(wants) > 0 {
		n := min(len(wants), 1000) // events must not wait for long
		if err := k.grant(ctx, wants[:n], now); err != nil {
			return err
		}
		wants = wants[n:]
	}
	if closings := k.money.book.Closings(); len(closings) > 0 {
		return k.ledger.Close(ctx, k.generation, closings)
	}
	return nil
}

func (k *keeper) grant(ctx context.Context, wants []ledger.Want, now time.Time) error {
	c := k.items()
	bids := make([]Bid, 0, len(wants))
	for _, w := range wants {
		it := c.byItemNum.get(int64(w.LineItem))
		if it == nil || it.off != reasonNone {
			k.money.book.Deny(w.LineItem, now.Add(time.Minute).UnixMilli(), ledger.Spent)
			continue
		}
		bids = append(bids, Bid{w, it.budgets(now)})
	}
	granted, err := k.ledger.Grant(ctx, k.generation, bids, Terms{
		Now: now.UnixMilli(), Usable: now.Add(k.cfg.LeaseTime).UnixMilli(),
		UsableIdle: now.Add(max(k.cfg.LeaseTime, idleLease)).UnixMilli(), TokenLife: k.cfg.TokenTTL.Milliseconds(),
	})
	for i, b := range bids {
		switch {
		case errors.Is(err, errFenced):
		case err != nil:
			k.money.book.Deny(b.Want.LineItem, now.Add(time.Second).UnixMilli(), ledger.Unavailable)
		case granted[i].Reason == ledger.OK:
			k.money.book.Grant(granted[i].Lease)
		default:
			k.money.book.Deny(b.Want.LineItem, now.Add(denyFor(granted[i].Reason)).UnixMilli(), granted[i].Reason)
		}
	}
	return err
}

// Items that are shown seldom hold a small lease for longer, and it is renewed for as long as they are asked for at all.
const (
	idleLease  = 10 * time.Minute
	idleFor    = 24 * time.Hour
	renewEvery = 30 * time.Second
)

// renew keeps leases of items that were asked for lately, so that the next to ask does not ask in vain.
func (k *keeper) renew(context.Context) error {
	k.money.book.Renew(k.now().UnixMilli(), idleFor.Milliseconds(), 2*renewEvery.Milliseconds())
	return nil
}

// denyFor is how long a refusal stands before the ledger is asked again.
func denyFor(why ledger.Reason) time.Duration {
	if why == ledger.Paced {
		return 2 * time.Second
	}
	return 5 * time.Second // leases that expire give money back; a budget may be raised
}

// balance looks whether what is charged at the click can still be charged.
func (k *keeper) balance(ctx context.Context) error {
	now := k.now()
	items := k.money.byClick()
	if len(items) == 0 {
		return nil
	}
	budgets := make([]Budgets, len(items))
	for i, it := range items {
		budgets[i] = it.budgets(now)
	}
	balances, err := k.ledger.Balances(ctx, budgets)
	if err != nil {
		return err
	}
	for i, it := range items {
		_, why := balances[i].Offer(ledger.Want{Price: it.Bid, Amount: it.Bid})
		if why != ledger.OK {
			k.money.book.Deny(uint32(it.num), now.Add(denyFor(why)).UnixMilli(), why)
		}
	}
	return nil
}

// count writes what was decided.
func (k *keeper) count(ctx context.Context) error {
	list := k.counts.take()
	if len(list) == 0 {
		return nil
	}
	err := k.ledger.AddCounts(ctx, list)
	if err != nil {
		k.counts.putBack(list)
	}
	return err
}

// settle gives back what was not confirmed.
func (k *keeper) settle(ctx context.Context) error {
	for {
		n, err := k.ledger.Settle(ctx, k.now().UnixMilli()-settleGrace.Milliseconds(), 1000)
		if err != nil || n < 1000 {
			return err
		}
	}
}

// settleGrace is how much later than its tokens a lease is closed: what clocks of processes may differ by, and more.
const settleGrace = 2 * time.Second
