package rate

import (
	"context"
	"log/slog"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

// Limiter takes from buckets that all nodes share. Whoever makes one closes it.
type Limiter struct{ shared, local cache.Store }

// New makes one on the store that nodes share.
func New(shared cache.Store, log *slog.Logger, now func() time.Time) (*Limiter, error) {
	local, err := cache.Open(cache.DefaultConfig(), cache.Deps{Log: log, Now: now})
	if err != nil {
		return nil, err
	}
	return &Limiter{shared, local}, nil
}

// Take takes one from the bucket of a key. Error: the refusal, with the time to wait; the context's.
func (l *Limiter) Take(ctx context.Context, key string, b cache.Bucket, refusal *fault.Error) error {
	taken, err := l.shared.Take(ctx, key, b, 1)
	if err != nil && ctx.Err() == nil {
		taken, err = l.local.Take(ctx, key, b, 1)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return refusal.Because(err)
	case !taken.OK:
		return refusal.After(max(taken.Wait, time.Second))
	}
	return nil
}

// Close frees what the limiter counts by itself. The shared store stays open.
func (l *Limiter) Close() error { return l.local.Close() }
