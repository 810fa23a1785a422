package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

// stream is the events of one topic on their way to one handler. It is worked on by one goroutine.
type stream struct {
	relay    *Relay
	key      key
	from, to *Outbox
	handle   func(context.Context, *Tx, Event) error
	wake     chan struct{} // holds one
	listens  atomic.Bool   // the publisher's database knows
	broken   int           // how often in a row a database was not there
}

// awake never blocks: one that is held already says as much as two.
func (s *stream) awake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run works until the relay drains or ctx ends.
func (s *stream) run(ctx context.Context) {
	for {
		_, next, err := s.work(ctx)
		pause, wake := s.relay.opt.Poll, s.wake
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.broken++
			pause, wake = min(Backoff(s.broken), maxBroken), nil // who publishes does not make a database come back
			s.log(ctx, slog.LevelWarn, "outbox: events wait for a database", "error", err.Error(), "pause", pause.String())
		default:
			s.broken = 0
			if s.from.db.Dialect() == db.SQLite { // all who publish there are in this process
				pause = sqlitePoll
			}
			if !next.IsZero() {
				pause = min(pause, max(next.Sub(s.relay.deps.Now()), time.Millisecond))
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-wake:
		case <-timer.C:
		case <-s.relay.stop:
		case <-ctx.Done():
		}
		timer.Stop()
		if s.relay.stopping() {
			return
		}
	}
}

const (
	maxBroken  = 30 * time.Second
	sqlitePoll = time.Minute
)

// work hands over what is due. next is when the first that waits is due, where there is one.
func (s *stream) work(ctx context.Context) (handled int, next time.Time, err error) {
	if !s.listens.Load() {
		if err := s.listen(ctx); err != nil {
			return 0, time.Time{}, err
		}
	}
	leased := false
	defer func() {
		if leased {
			err = errors.Join(err, s.release(ctx))
		}
	}()
	for !s.relay.stopping() {
		rows, err := waiting(ctx, s.from.db, s.key)
		if err != nil || len(rows) == 0 {
			return handled, time.Time{}, err
		}
		now := s.relay.deps.Now()
		if due := rows[0].due; due.After(now) {
			return handled, due, nil
		}
		if s.from.db.Dialect() == db.Postgres {
			if leased, err = lease(ctx, s.from.db, s.key, s.relay.id, now, now.Add(s.leaseTime())); err != nil || !leased {
				return handled, time.Time{}, err
			}
		}
		n, err := s.hand(ctx, rows)
		handled += n
		if err != nil {
			return handled, time.Time{}, err
		}
	}
	return handled, time.Time{}, nil
}

// leaseTime is enough for one batch of which every event takes all the time it may, and more; a process that is killed
// holds up the others for as long. (If it is not enough, two work at one time, and the inbox keeps them apart.)
func (s *stream) leaseTime() time.Duration { return 2 * s.relay.opt.Timeout }

// release gives the lease back, also when ctx has ended, but does not wait for a database that does not answer.
func (s *stream) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	return release(ctx, s.from.db, s.key, s.relay.id)
}

const releaseTime = 5 * time.Second

// hand gives the rows to the handler, in order, until one fails or half of the lease is over.
func (s *stream) hand(ctx context.Context, rows []row) (handled int, err error) {
	var failed *failure
	began := s.relay.deps.Now()
	for _, r := range rows {
		now := s.relay.deps.Now()
		if r.due.After(now) || s.relay.stopping() || now.Sub(began) > s.relay.opt.Timeout {
			break
		}
		counts, cause := s.effect(ctx, r.Event)
		if cause != nil && (!counts || ctx.Err() != nil) {
			err = cause
			break
		}
		if cause != nil {
			failed = s.failure(ctx, r, cause)
			break
		}
		handled++
	}
	s.relay.metrics.handled.WithLabelValues(s.key.topic, s.key.listener).Add(float64(handled))
	return handled, errors.Join(err, finish(ctx, s.from.db, rows[:handled], failed, s.relay.deps.Now()))
}

// effect is the transaction in which an event is handled, if it was not before. counts: the handler is what failed, or what it
// did, and not its database.
func (s *stream) effect(ctx context.Context, e Event) (counts bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.relay.opt.Timeout)
	defer cancel()
	var own error
	begun := false
	err = s.to.db.Write(ctx, func(tx *db.Tx) error {
		own = nil
		first, err := enter(ctx, tx, e, s.relay.deps.Now())
		if err != nil || !first {
			return err
		}
		begun = true
		own = guarded(func() error { return s.handle(ctx, tx, e) })
		return own
	})
	return own != nil || begun && !errors.Is(err, db.Unavailable), err
}

// guarded makes an error of a panic: one handler's mistake is not all lanes' end.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// failure decides what becomes of an event that could not be handled, and says so.
func (s *stream) failure(ctx context.Context, r row, cause error) *failure {
	attempt := r.attempts + 1
	pause := s.relay.opt.Backoff(attempt)
	f := &failure{row: r, due: s.relay.deps.Now().Add(pause), parked: attempt >= s.relay.opt.Attempts, text: clipped(cause.Error())}
	s.relay.metrics.failures.WithLabelValues(s.key.topic, s.key.listener).Inc()
	if f.parked {
		s.relay.metrics.parked.WithLabelValues(s.key.topic, s.key.listener).Inc()
		s.log(ctx, slog.LevelError, "outbox: an event is parked: it waits for an operator",
			"event", r.ID, "attempts", attempt, "error", cause.Error())
		return f
	}
	s.log(ctx, slog.LevelWarn, "outbox: an event was not handled and is tried again",
		"event", r.ID, "attempt", attempt, "error", cause.Error(), "pause", pause.String())
	return f
}

const maxError = 1000 // runes that are kept

func clipped(s string) string {
	if r := []rune(s); len(r) > maxError {
		return string(r[:maxError]) + "…"
	}
	return s
}

func (s *stream) log(ctx context.Context, level slog.Level, text string, args ...any) {
	s.relay.deps.Log.Log(ctx, level, text, append([]any{"topic", s.key.topic, "listener", s.key.listener}, args...)...)
}
