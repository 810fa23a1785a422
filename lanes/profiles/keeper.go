package profiles

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// beat is how often a node learns of others' erasures, and writes what it has counted.
const beat = time.Second

// keeper does what is due every second.
type keeper struct {
	s      *Service
	look   func(context.Context) (time.Duration, error) // at the database's clock: how far it is ahead
	skew   *atomic.Int64                                // what was seen last, in nanoseconds
	log    *slog.Logger
	beats  int
	failed bool // the last time, so that the log has it once
}

func (k *keeper) run(ctx context.Context) error {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			k.note(k.work(ctx))
		case <-ctx.Done():
			return nil
		}
	}
}

func (k *keeper) note(err error) {
	if err != nil && !k.failed {
		k.log.Warn("profiles: what is due every second could not be done", "error", err)
	}
	k.failed = err != nil
}

// work reads erasures each time, and does the rest every tenth.
func (k *keeper) work(ctx context.Context) error {
	errs := []error{k.s.erased.catchUp(ctx)}
	for _, src := range k.s.sources {
		errs = append(errs, src.drift.flush(ctx, k.beats%10 == 0))
	}
	if k.beats%10 == 0 {
		errs = append(errs, k.s.store.Sweep(ctx, k.s.now().UnixMicro()), k.measure(ctx))
	}
	k.beats++
	return errors.Join(errs...)
}

// measure takes the database's clock's skew.
func (k *keeper) measure(ctx context.Context) error {
	skew, err := k.look(ctx)
	if err == nil {
		k.skew.Store(int64(skew))
	}
	return err
}
