package allocation

import (
	"context"
	"sync"
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

// clicks are those being made durable, some of them behind their user's back. The lane waits for them when it drains.
type clicks struct {
	once  sync.Once
	slots chan struct{}
	all   sync.WaitGroup
}

// ReportClick makes a click durable, but does not keep its user waiting for a database that hangs: after clickPatience it
// returns ErrClickLate and goes on trying.
func (s *Service) ReportClick(ctx context.Context, tok string) error {
	c := &s.clicks
	c.once.Do(func() { c.slots = make(chan struct{}, maxClicks) })
	select {
	case c.slots <- struct{}{}:
	default:
		return ErrClickLate
	}
	done := make(chan error, 1)
	c.all.Go(func() {
		defer func() { <-c.slots }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clickTime)
		defer cancel()
		_, err := s.Report(ctx, Click, tok)
		done <- err
	})
	late := time.NewTimer(clickPatience)
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
		return ErrClickLate
	}
}

// wait returns when no click is being tried any more, or the context ends.
func (c *clicks) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { // ends with the last click, which has a time limit
		c.all.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
