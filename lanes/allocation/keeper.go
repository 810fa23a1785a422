package allocation

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
	"github.com/hotlane/hotlane/lanes/allocation/ledger"
)

// Ledger is where money, caps, events and counters are kept.
type Ledger interface {
	Own(ctx context.Context, node string, now int64) (generation int64, err error)
	Grant(ctx context.Context, generation int64, bids []Bid, t Terms) ([]Granted, error)
	Close(ctx context.Context, generation int64, closings []ledger.Closing) error
	Settle(ctx context.Context, now int64, limit int) (settled int, err error)
	Balances(ctx context.Context, of []Budgets) ([]ledger.Balance, error)
	AddCounts(ctx context.Context, counts []Count) error
	Rates(ctx context.Context, since int64) (map[int64][2]int64, error)
	LoadCaps(ctx context.Context, shard func(n int, data []byte) error, batch func(data []byte) error) error
	AppendCaps(ctx context.Context, generation int64, seq uint64, at int64, data []byte) error
	SaveCaps(ctx context.Context, generation int64, shards []CapShard, deletable uint64) error
}

// Recorder makes events durable, together with whatever else waits (group commit).
type Recorder interface {
	Do(ctx context.Context, events []*Event) error
}

// keeper writes what must be durable: leases before they are used, caps shortly after, events before they are
// acknowledged. It owns the generation: when a newer process has taken over, it fences this one.
type keeper struct {
	cfg        Config
	log        *slog.Logger
	now        func() time.Time
	metrics    *metrics
	ledger     Ledger
	recorder   Recorder
	caps       *caps.Store
	money      *money
	counts     *counts
	items      func() *catalogue
	generation int64
	isFenced   atomic.Bool
	flushed    *watermark // of the cap journal
	flushNow   chan struct{}
	pending    []capBatch // taken from the journal, not yet written; only the flush loop touches it
	upto       []uint64   // newest checkpoint of each shard; only the checkpoint loop touches it
}

type capBatch struct {
	seq  uint64
	data []byte
}

func (k *keeper) fenced() bool { return k.isFenced.Load() }

// record makes events durable before it returns, all or none.
func (k *keeper) record(ctx context.Context, events []*Event) error {
	return k.recorder.Do(ctx, events)
}

// recover loads what a process before this one left.
func (k *keeper) recover(ctx context.Context) error {
	now := k.now().UnixMilli()
	return k.ledger.LoadCaps(ctx,
		func(n int, data []byte) error {
			upto, err := k.caps.LoadShard(n, data, now)
			if n < len(k.upto) {
				k.upto[n] = upto
			}
			return userFull(k.log, err)
		},
		func(data []byte) error {
			_, err := k.caps.Replay(data, now)
			return userFull(k.log, err)
		})
}

// userFull lets a user with too many entries pass, who loses the oldest; anything else stops the start.
func userFull(log *slog.Logger, err error) error {
	if errors.Is(err, caps.ErrUserFull) {
		log.Warn("allocation: a user has more cap entries than are kept", "err", err)
		return nil
	}
	return err
}

// run works until the context ends; then it writes what is left.
func (k *keeper) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	flush := k.cfg.Caps.Flush
	if flush == 0 {
		flush = time.Second // decisions ask for theirs themselves
	}
	g.Go(func() error { return k.every(ctx, flush, k.flushNow, k.flush) })
	g.Go(func() error { return k.every(ctx, 20*time.Millisecond, nil, k.lease) })
	g.Go(func() error { return k.every(ctx, time.Second, nil, k.balance) })
	g.Go(func() error { return k.every(ctx, 2*time.Second, nil, k.count) })
	g.Go(func() error { return k.every(ctx, 2*time.Second, nil, k.settle) })
	g.Go(func() error { return k.every(ctx, k.cfg.Caps.Checkpoint, nil, k.checkpoint) })
	err := g.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, k.flush(last), k.count(last), k.checkpoint(last))
}

// every repeats a task. One that fails is logged and comes again with the next tick: nothing is given up.
func (k *keeper) every(ctx context.Context, interval time.Duration, now <-chan struct{}, task func(context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-now:
		}
		err := task(ctx)
		if errors.Is(err, errFenced) {
			k.fence()
			continue
		}
		if err != nil && ctx.Err() == nil && !failing {
			k.log.Error("allocation: the ledger cannot be written; it is tried again", "err", err)
		}
		if err != nil {
			k.metrics.ledgerErrors.Inc()
		}
		failing = err != nil
	}
}

// fence stops deciding: a newer process has taken over.
func (k *keeper) fence() {
	if k.isFenced.CompareAndSwap(false, true) {
		k.log.Warn("allocation: a newer process has taken over; this one stops deciding")
		k.money.book.Fence()
	}
}

// flush writes what happened to caps since the last time. Batches are written in their order, each until it is written.
func (k *keeper) flush(ctx context.Context) error {
	if k.fenced() {
		return nil
	}
	if len(k.pending) == 0 {
		data, seq := k.caps.TakeJournal(nil)
		if len(data) == 0 {
			k.flushed.reach(seq)
			return nil
		}
		k.pending = append(k.pending, capBatch{seq, data})
	}
	for len(k.pending) > 0 {
		b := k.pending[0]
		if err := k.ledger.AppendCaps(ctx, k.generation, b.seq, k.now().UnixMilli(), b.data); err != nil {
			k.flushed.fail(err)
			return err
		}
		k.metrics.capBytes.Add(float64(len(b.data)))
		k.flushed.reach(b.seq)
		k.pending = k.pending[1:]
	}
	return nil
}

// durable waits until a batch of the cap journal is written.
func (k *keeper) durable(ctx context.Context, batch uint64) error {
	select {
	case k.flushNow <- struct{}{}:
	default: // it has been asked already
	}
	return k.flushed.wait(ctx, batch)
}

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
		it := c.byItemNum[int64(w.LineItem)]
		if it == nil || it.off != reasonNone {
			k.money.book.Deny(w.LineItem, now.Add(time.Minute).UnixMilli(), ledger.Spent)
			continue
		}
		bids = append(bids, Bid{w, it.budgets(now)})
	}
	granted, err := k.ledger.Grant(ctx, k.generation, bids, Terms{
		Now: now.UnixMilli(), Usable: now.Add(k.cfg.LeaseTime).UnixMilli(), TokenLife: k.cfg.TokenTTL.Milliseconds(),
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

// checkpoint folds the log of caps: some shards at a time, so that none of it holds up decisions or events.
func (k *keeper) checkpoint(ctx context.Context) error {
	if k.fenced() {
		return nil
	}
	const together = 64
	for from := 0; from < len(k.upto); from += together {
		var shards []CapShard
		for n := from; n < min(from+together, len(k.upto)); n++ {
			data, upto := k.caps.EncodeShard(nil, n, k.now().UnixMilli())
			shards = append(shards, CapShard{n, upto, data})
		}
		if err := k.ledger.SaveCaps(ctx, k.generation, shards, caps.Deletable(k.upto)); err != nil {
			return err
		}
		for _, s := range shards {
			k.upto[s.Shard] = s.Upto
		}
	}
	return nil
}
