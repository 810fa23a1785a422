package waitlist

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/fault"
)

// limiter keeps sign-ups to a rate. All nodes share its buckets; while their store fails, each node counts by itself: the gates are
// wider then, by as many nodes as there are, and never open.
type limiter struct {
	shared, local cache.Store
	client, list  cache.Bucket
}

func (c RateConfig) bucket() cache.Bucket { return cache.Bucket{Rate: c.PerSecond, Burst: c.Burst} }

// admit takes one sign-up to a list by whoever asks. Error: ErrTooMany with the time to wait.
func (l *limiter) admit(ctx context.Context, list *List) error {
	client := prefixOf(lane.Client(ctx), 32, 64)
	if err := l.take(ctx, "waitlist:client:"+client, l.client); err != nil {
		return err
	}
	bucket := l.list
	if list.Limits.PerSecond > 0 {
		bucket = cache.Bucket{Rate: list.Limits.PerSecond, Burst: max(int(2*list.Limits.PerSecond), 1)}
	}
	return l.take(ctx, "waitlist:list:"+list.Slug, bucket)
}

func (l *limiter) take(ctx context.Context, key string, b cache.Bucket) error {
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

// isLimit says that an error is the limiter's.
func isLimit(err error) bool { return fault.From(err).Kind == fault.Limited }
