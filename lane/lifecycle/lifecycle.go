// Package lifecycle takes the lanes of one process through their lives: constructed, migrated, started, running, drained. It
// finds what each lane is able to do and knows nothing of what they do.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Lanes are all lanes of a process, in the order of their modules. Those that are not selected are constructed, so that others can
// hold them, and nothing more.
type Lanes struct {
	all    []lane.Lane
	served []lane.Lane
	queues map[string]*jobs.Queue // of those that are Workers, by lane
	boxes  map[string]*outbox.Outbox
	hubs   map[string]*hub.Hub // of those that have Channels, by lane
	relay  *outbox.Relay       // nil: nobody made one
}

var laneName = regexp.MustCompile(`^[a-z][a-z0-9]{0,30}$`)

// Construct makes every lane. It does no I/O.
func Construct(modules []lane.Module, deps func(name string) lane.Deps) (*Lanes, error) {
	l := &Lanes{queues: map[string]*jobs.Queue{}, boxes: map[string]*outbox.Outbox{}, hubs: map[string]*hub.Hub{}}
	for _, m := range modules {
		if !laneName.MatchString(m.Name) || m.Name == None {
			return nil, fmt.Errorf("lane %q: the name must be one lower-case word", m.Name)
		}
		if slices.ContainsFunc(l.all, func(other lane.Lane) bool { return other.Name() == m.Name }) {
			return nil, fmt.Errorf("lane %s: listed twice", m.Name)
		}
		if m.New == nil {
			return nil, fmt.Errorf("lane %s: cannot be made: its module has no New", m.Name)
		}
		given := deps(m.Name)
		made, err := m.New(given)
		switch {
		case err != nil:
			return nil, fmt.Errorf("lane %s: %w", m.Name, err)
		case made == nil:
			return nil, fmt.Errorf("lane %s: made no lane", m.Name)
		case made.Name() != m.Name:
			return nil, fmt.Errorf("lane %s: calls itself %q", m.Name, made.Name())
		}
		if w, ok := made.(lane.Worker); ok {
			if err := given.Jobs.Register(w.Jobs()...); err != nil {
				return nil, fmt.Errorf("lane %s: %w", m.Name, err)
			}
			l.queues[m.Name] = given.Jobs
		}
		if err := l.register(made, given.Live); err != nil {
			return nil, fmt.Errorf("lane %s: %w", m.Name, err)
		}
		l.boxes[m.Name] = given.Outbox
		l.all = append(l.all, made)
	}
	l.served = l.all
	return l, nil
}

// None is the name that stands for no lane at all.
const None = "none"

// Select makes these the lanes that are served; without names, all are, and with None alone, none.
func (l *Lanes) Select(names []string) error {
	if len(names) == 0 {
		l.served = l.all
		return nil
	}
	l.served = nil
	if slices.Equal(names, []string{None}) {
		return nil
	}
	for _, one := range l.all {
		if slices.Contains(names, one.Name()) {
			l.served = append(l.served, one)
		}
	}
	for _, name := range names {
		if _, ok := l.Named(name); !ok {
			return fmt.Errorf("there is no lane %q; there are: %v", name, l.Names())
		}
	}
	return nil
}

// Served are the selected lanes.
func (l *Lanes) Served() []lane.Lane { return l.served }

// Names of all lanes, served or not.
func (l *Lanes) Names() []string {
	names := make([]string, len(l.all))
	for i, one := range l.all {
		names[i] = one.Name()
	}
	return names
}

// Named is the lane of this name, served or not.
func (l *Lanes) Named(name string) (lane.Lane, bool) {
	i := slices.IndexFunc(l.all, func(one lane.Lane) bool { return one.Name() == name })
	if i < 0 {
		return nil, false
	}
	return l.all[i], true
}

// Migrate brings the databases of the served lanes up to date, in the order of lanes and names.
func (l *Lanes) Migrate(ctx context.Context, migrate func(ctx context.Context, name string, files fs.FS) error) error {
	for _, one := range l.served {
		if m, ok := one.(lane.Migrator); ok {
			all := m.Migrations()
			for _, name := range slices.Sorted(maps.Keys(all)) {
				if err := migrate(ctx, name, all[name]); err != nil {
					return fmt.Errorf("lane %s: migrate database %s: %w", one.Name(), name, err)
				}
			}
		}
		if q := l.queues[one.Name()]; q != nil {
			if err := q.Migrate(ctx); err != nil {
				return fmt.Errorf("lane %s: migrate its jobs: %w", one.Name(), err)
			}
		}
		if h := l.hubs[one.Name()]; h != nil {
			if err := h.Migrate(ctx); err != nil {
				return fmt.Errorf("lane %s: migrate its channels: %w", one.Name(), err)
			}
		}
		if hasEvents(one) {
			if err := l.boxes[one.Name()].Migrate(ctx); err != nil {
				return fmt.Errorf("lane %s: migrate its events: %w", one.Name(), err)
			}
		}
	}
	return nil
}

// Queues are the jobs of the served lanes that have any, by lane.
func (l *Lanes) Queues() map[string]*jobs.Queue {
	served := map[string]*jobs.Queue{}
	for _, one := range l.served {
		if q := l.queues[one.Name()]; q != nil {
			served[one.Name()] = q
		}
	}
	return served
}

// Start starts the served lanes one after the other; the first that fails ends it.
func (l *Lanes) Start(ctx context.Context) error {
	for _, one := range l.served {
		if s, ok := one.(lane.Starter); ok {
			if err := s.Start(ctx); err != nil {
				return fmt.Errorf("lane %s: start: %w", one.Name(), err)
			}
		}
	}
	return nil
}

// Work runs the jobs of the served lanes until the context ends or running them fails, and returns when all have returned.
func (l *Lanes) Work(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for name, q := range l.Queues() {
		group.Go(func() error {
			if err := q.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("lane %s: run its jobs: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Run runs the served lanes until the context ends or one of them fails, and returns when all have returned.
func (l *Lanes) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, one := range l.served {
		if r, ok := one.(lane.Runner); ok {
			group.Go(func() error {
				if err := r.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
					return fmt.Errorf("lane %s: run: %w", one.Name(), err)
				}
				return nil
			})
		}
	}
	return group.Wait()
}

// Ready names every served lane that cannot serve just now, and why.
func (l *Lanes) Ready() []error {
	var all []error
	for _, one := range l.served {
		if r, ok := one.(lane.Readier); ok {
			if err := r.Ready(); err != nil {
				all = append(all, fmt.Errorf("lane %s: %w", one.Name(), err))
			}
		}
	}
	return all
}

// Demo fills the served lanes with sample data and gathers what they show, by lane.
func (l *Lanes) Demo(ctx context.Context, site lane.Site) ([]lane.Guide, error) {
	var guides []lane.Guide
	for _, one := range l.served {
		if d, ok := one.(lane.Demo); ok {
			if err := d.Demo(ctx); err != nil {
				return nil, fmt.Errorf("lane %s: sample data: %w", one.Name(), err)
			}
		}
		if g, ok := one.(lane.DemoGuide); ok {
			guides = append(guides, g.DemoGuide(site))
		}
	}
	return guides, nil
}
