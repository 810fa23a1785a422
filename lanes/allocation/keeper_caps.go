package allocation

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/caps"
)

type capBatch struct {
	seq  uint64
	data []byte
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

// flush writes what happened to caps since the last time. Batches are written in their order, each until it is written.
func (k *keeper) flush(ctx context.Context) error {
	if k.fenced() {
		k.flushed.fail(ErrFenced) // nobody writes what they wait for
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
			k.unwritten.Store(true)
			k.flushed.fail(err)
			return err
		}
		k.unwritten.Store(false)
		k.metrics.capBytes.Add(float64(len(b.data)))
		k.flushed.reach(b.seq)
		k.pending = k.pending[1:]
	}
	return nil
}

// capsPatience is how long a decision waits for the log of caps, where config has it wait.
const capsPatience = 500 * time.Millisecond

// durable waits until a batch of the cap journal is written. When it takes too long, later decisions do not wait at all
// until the log can be written again.
func (k *keeper) durable(ctx context.Context, batch uint64) error {
	select {
	case k.flushNow <- struct{}{}:
	default: // it has been asked already
	}
	soon, cancel := context.WithTimeout(ctx, capsPatience)
	defer cancel()
	err := k.flushed.wait(soon, batch)
	switch {
	case err == nil || ctx.Err() != nil:
		return err
	case k.fenced():
		return ErrFenced
	}
	k.unwritten.Store(true)
	return err
}

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
