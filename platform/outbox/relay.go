package outbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// Options are how a relay works. The zero value of a field means its default.
type Options struct {
	Attempts int                             // how often an event is handed to a handler that fails, before it is parked; 12
	Backoff  func(attempt int) time.Duration // how long it waits after that many; Backoff
	Timeout  time.Duration                   // of one handling; 1m
	Poll     time.Duration                   // how often PostgreSQL is asked for what other processes published; 1s
	Keep     time.Duration                   // how long it is remembered that an event was handled; 7 days
	Forget   time.Duration                   // how long events are kept for a listener that is not there; 30 days
}

// Backoff is 1 s after the first attempt, then twice as long each time, up to 5 min.
func Backoff(attempt int) time.Duration {
	return min(time.Second<<min(max(attempt-1, 0), 20), 5*time.Minute)
}

func (o Options) withDefaults() Options {
	if o.Attempts == 0 {
		o.Attempts = 12
	}
	if o.Backoff == nil {
		o.Backoff = Backoff
	}
	for _, p := range []struct {
		v *time.Duration
		d time.Duration
	}{
		{&o.Timeout, time.Minute}, {&o.Poll, time.Second}, {&o.Keep, 7 * 24 * time.Hour}, {&o.Forget, 30 * 24 * time.Hour},
	} {
		if *p.v == 0 {
			*p.v = p.d
		}
	}
	return o
}

// Relay brings events to the handlers of the lanes that this process serves. It has one goroutine for each handler and one that keeps
// the tables small; they run while Run does.
type Relay struct {
	deps     Deps
	opt      Options
	id       string // of this process, for leases
	outboxes map[string]*Outbox
	streams  []*stream
	metrics  *metrics

	once    sync.Once
	stop    chan struct{} // closed by Drain
	started atomic.Bool
	done    chan struct{} // closed when Run has returned
}

// NewRelay is given the outboxes of all lanes that there are, served or not: each may be listened to. It does no I/O.
func NewRelay(outboxes []*Outbox, deps Deps, opt Options) (*Relay, error) {
	r := &Relay{
		deps: deps.withDefaults(), opt: opt.withDefaults(), id: rand.Text(), outboxes: map[string]*Outbox{},
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	for _, o := range outboxes {
		r.outboxes[o.db.Name()] = o
	}
	var err error
	r.metrics, err = newMetrics(r.deps.Metrics)
	return r, err
}

// Listen adds the handlers of a lane that this process serves; o is the lane's outbox. It is called before Start.
func (r *Relay) Listen(o *Outbox, handlers ...Handler) error {
	for _, h := range handlers {
		name, ok := Publisher(h.Topic)
		from := r.outboxes[name]
		k := key{h.Topic, o.db.Name()}
		switch {
		case !ok:
			return fmt.Errorf("outbox: %s listens to %q: a topic %s", k.listener, h.Topic, topicRule)
		case h.Handle == nil:
			return fmt.Errorf("outbox: %s listens to %s: there is no Handle", k.listener, h.Topic)
		case from == nil:
			return fmt.Errorf("outbox: %s listens to %s: there is no lane %s", k.listener, h.Topic, name)
		case slices.ContainsFunc(r.streams, func(s *stream) bool { return s.key == k }):
			return fmt.Errorf("outbox: %s listens to %s twice", k.listener, h.Topic)
		}
		s := &stream{relay: r, key: k, from: from, to: o, handle: h.Handle, wake: make(chan struct{}, 1)}
		from.onPublish(h.Topic, s.awake)
		r.streams = append(r.streams, s)
	}
	return nil
}

// Start makes it known who listens: what is published from now on is kept for them. A publisher's database that is not there now
// is tried again by Run. It is called when the lanes' databases are migrated, before the first of them may publish.
func (r *Relay) Start(ctx context.Context) error {
	r.streams = slices.DeleteFunc(r.streams, func(s *stream) bool {
		apart := s.from.db.Dialect() == db.SQLite && !s.from.ours.Load()
		if apart {
			s.log(ctx, slog.LevelWarn, "outbox: these events cannot come: the publisher is served by another process and keeps them in its own SQLite file")
		}
		return apart
	})
	for _, s := range r.streams {
		err := s.listen(ctx)
		if err != nil && !errors.Is(err, db.Unavailable) {
			return fmt.Errorf("outbox: %s listens to %s: %w", s.key.listener, s.key.topic, err)
		}
		if err != nil {
			s.log(ctx, slog.LevelError, "outbox: the publisher's database is not there: events are kept for this listener once it is", "error", err.Error())
		}
	}
	return nil
}

// listen makes the tables on both sides, where they are not yet, and the row that says who listens.
func (s *stream) listen(ctx context.Context) error {
	if err := s.to.tables(ctx); err != nil {
		return err
	}
	if err := s.from.tables(ctx); err != nil {
		return err
	}
	if err := listen(ctx, s.from.db, s.key, s.relay.deps.Now()); err != nil {
		return err
	}
	s.listens.Store(true)
	return nil
}

// Run hands over events until ctx ends, which also ends what handlers do just then, or until Drain. It may be called once.
func (r *Relay) Run(ctx context.Context) error {
	r.started.Store(true)
	defer close(r.done)
	var all sync.WaitGroup
	for _, s := range r.streams {
		all.Go(func() { s.run(ctx) })
	}
	all.Go(func() { r.keepOften(ctx) })
	all.Wait()
	if r.stopping() {
		return nil
	}
	return ctx.Err()
}

// Drain lets the handlers finish what they have in hand, starts nothing more and waits until Run has returned. An error says that ctx
// ended before.
func (r *Relay) Drain(ctx context.Context) error {
	r.once.Do(func() { close(r.stop) })
	if !r.started.Load() {
		return nil
	}
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("outbox: drain: %w", ctx.Err())
	}
}

func (r *Relay) stopping() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

// Work hands over what is due now, in the caller, until nothing is: for tests, instead of Run.
func (r *Relay) Work(ctx context.Context) (handled int, err error) {
	for {
		before := handled
		for _, s := range r.streams {
			n, _, err := s.work(ctx)
			handled += n
			if err != nil {
				return handled, err
			}
		}
		if handled == before {
			return handled, nil
		}
	}
}
