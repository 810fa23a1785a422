package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Hubs are the live channels of the served lanes that have any, in the order of lanes.
func (l *Lanes) Hubs() []*hub.Hub {
	var served []*hub.Hub
	for _, one := range l.served {
		if h := l.hubs[one.Name()]; h != nil {
			served = append(served, h)
		}
	}
	return served
}

// register gives a lane's kinds of channels to its hub. Two lanes must not have the same prefix.
func (l *Lanes) register(one lane.Lane, given *hub.Hub) error {
	has, ok := one.(lane.Channels)
	if !ok {
		return nil
	}
	kinds := has.Channels()
	for _, k := range kinds {
		for name, other := range l.hubs {
			if other.Owns(k.Prefix + "1") {
				return fmt.Errorf("the channels %s are those of the lane %s", k.Prefix, name)
			}
		}
	}
	if err := given.Register(kinds...); err != nil {
		return err
	}
	l.hubs[one.Name()] = given
	return nil
}

// RunHubs runs the channels of the served lanes until the context ends or running them fails, and returns when all have returned.
func (l *Lanes) RunHubs(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, h := range l.Hubs() {
		group.Go(func() error {
			if err := h.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("lane %s: run its channels: %w", h.Name(), err)
			}
			return nil
		})
	}
	return group.Wait()
}

// DrainHubs refuses new operations in the channels of the served lanes and returns when those that wait are decided.
func (l *Lanes) DrainHubs(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, h := range l.Hubs() {
		group.Go(func() error {
			if err := h.Drain(ctx); err != nil {
				return fmt.Errorf("lane %s: drain its channels: %w", h.Name(), err)
			}
			return nil
		})
	}
	return group.Wait()
}
