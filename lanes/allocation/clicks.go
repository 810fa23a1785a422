package allocation

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// ErrClickLate says that a click could not be made durable while its user waited. It may still be.
var ErrClickLate = fault.New(fault.Unavailable, "allocation.click_late", "The click is not recorded yet.")

const (
	clickPatience = 300 * time.Millisecond // how long a user waits for the disk before the landing
	clickTime     = 10 * time.Second       // how long it is tried after that
	maxClicks     = 1000                   // that are being tried; more are not recorded
)

// clicks are those being made durable, some of them behind their user's back: each holds a place meanwhile.
type clicks chan struct{}

// ReportClick makes a click durable, but does not keep its user waiting for a database that hangs: after clickPatience it
// returns ErrClickLate and goes on trying.
func (s *Service) ReportClick(ctx context.Context, tok string) error {
	select {
	case s.clicks <- struct{}{}:
	default:
		return ErrClickLate
	}
	done := make(chan error, 1)
	go func() { // drain waits for it
		defer func() { <-s.clicks }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clickTime)
		defer cancel()
		_, err := s.Report(ctx, Click, tok)
		done <- err
	}()
	late := time.NewTimer(clickPatience)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return ErrClickLate
	}
}

// drain takes all places: when it returns without an error, no click is being tried, and none will be.
func (c clicks) drain(ctx context.Context) error {
	for range cap(c) {
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
