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
	Owner(ctx context.Context) (generation int64, err error)
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
	flushed    *watermark  // of the cap journal
	unwritten  atomic.Bool // the log of caps cannot be written just now
	flushNow   chan struct{}
	pending    []capBatch // taken from the journal, not yet written; only the flush loop touches it
	upto       []uint64   // newest checkpoint of each shard; only the checkpoint loop touches it
}

func (k *keeper) fenced() bool { return k.isFenced.Load() }

// record makes events durable before it returns, all or none.
func (k *keeper) record(ctx context.Context, events []*Event) error {
	return k.recorder.Do(ctx, events)
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
	g.Go(func() error { return k.every(ctx, time.Second, nil, k.watch) })
	g.Go(func() error { return k.every(ctx, time.Second, nil, k.balance) })
	g.Go(func() error { return k.every(ctx, renewEvery, nil, k.renew) })
	g.Go(func() error { return k.every(ctx, 2*time.Second, nil, k.count) })
	g.Go(func() error { return k.every(ctx, 2*time.Second, nil, k.settle) })
	g.Go(func() error { return k.every(ctx, k.cfg.Caps.Checkpoint, nil, k.checkpoint) })
	err := g.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, unlessFenced(k.flush(last)), k.count(last), unlessFenced(k.checkpoint(last)))
}

// unlessFenced takes being fenced for what it is at the end: a newer process writes from here on.
func unlessFenced(err error) error {
	if errors.Is(err, errFenced) {
		return nil
	}
	return err
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

// watch looks who owns the ledger, so that a process with nothing to write notices too that it was taken over.
func (k *keeper) watch(ctx context.Context) error {
	generation, err := k.ledger.Owner(ctx)
	if err == nil && generation != k.generation {
		return errFenced
	}
	return err
}

// fence stops deciding: a newer process has taken over.
func (k *keeper) fence() {
	if k.isFenced.CompareAndSwap(false, true) {
		k.log.Warn("allocation: a newer process has taken over; this one stops deciding")
		k.money.book.Fence()
	}
}
