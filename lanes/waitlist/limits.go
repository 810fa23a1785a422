package waitlist

import (
	"context"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/rate"
)

// admit takes one sign-up to a list by whoever asks. Error: ErrTooMany with the time to wait.
func (s *Service) admit(ctx context.Context, list *List) error {
	client := admit.Name(admit.Customer(lane.Client(ctx)))
	if err := s.limits.Take(ctx, "waitlist:client:"+client, s.cfg.PerClient.Bucket(), ErrTooMany); err != nil {
		return err
	}
	most := s.cfg.PerList
	if list.Limits.PerSecond > 0 {
		most = rate.Config{PerSecond: list.Limits.PerSecond, Burst: max(int(2*list.Limits.PerSecond), 1)}
	}
	return s.limits.Take(ctx, "waitlist:list:"+list.Slug, most.Bucket(), ErrTooMany)
}

// isLimit says that an error is the limiter's.
func isLimit(err error) bool { return fault.From(err).Kind == fault.Limited }
