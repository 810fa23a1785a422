package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lane"
)

// Drain begins no more jobs and events of any lane, lets those under way finish, and then drains the served lanes, the last first: what
// runs may need them. Jobs and events have half of the time until ctx ends, so that one that hangs leaves the lanes theirs. A lane that
// fails does not keep the others from it.
func (l *Lanes) Drain(ctx context.Context) error {
	failed := []error{l.rest(ctx)}
	for _, one := range slices.Backward(l.served) {
		if d, ok := one.(lane.Drainer); ok {
			if err := d.Drain(ctx); err != nil {
				failed = append(failed, fmt.Errorf("lane %s: drain: %w", one.Name(), err))
			}
		}
	}
	return errors.Join(failed...)
}

// rest drains the relay and the jobs of all served lanes at one time: none begins anything while another finishes.
func (l *Lanes) rest(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(end)/2)
		defer cancel()
	}
	failed := make([]error, len(l.served)+1) // in the order of lanes
	var all sync.WaitGroup
	for i, one := range l.served {
		if q := l.queues[one.Name()]; q != nil {
			all.Go(func() {
				if err := q.Drain(ctx); err != nil {
					failed[i] = fmt.Errorf("lane %s: drain its jobs: %w", one.Name(), err)
				}
			})
		}
	}
	if l.relay != nil {
		all.Go(func() { failed[len(l.served)] = l.relay.Drain(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}
