package papers

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

// limiter keeps what comes from one client to a rate. All nodes share its buckets; while their store fails, each node counts by itself.
type limiter struct {
	shared, local         cache.Store
	create, write, upload cache.Bucket
}

// take counts one for a client. Error: ErrTooMany with the time to wait.
func (l *limiter) take(ctx context.Context, what, client string, b cache.Bucket) error {
	key := "papers:" + what + ":" + client
	taken, err := l.shared.Take(ctx, key, b, 1)
	if err != nil && ctx.Err() == nil {
		taken, err = l.local.Take(ctx, key, b, 1)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return ErrTooMany.Because(err)
	case !taken.OK:
		return ErrTooMany.After(max(taken.Wait, time.Second))
	}
	return nil
}
