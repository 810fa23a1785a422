package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/hotlane/hotlane/platform/fault"
)

// Batcher is group commit: what queued while the last commit was on its way is the next one. There is no timer, so that one
// operation by itself is not held up, and the more there are the more share a commit.
type Batcher[T any] struct {
	db    *DB
	limit int
	apply func(context.Context, *Tx, []T) error

	slots chan struct{} // one for each operation that may queue
	wake  chan struct{}
	ended chan struct{} // closed when nothing more is taken in

	mu      sync.Mutex // guards what follows; never held during I/O
	queue   []*pending[T]
	running bool
	closed  bool
}

// pending is one operation. Whoever takes it out of the queue decides it.
type pending[T any] struct {
	op   T
	done chan error // of one: the result
}

// NewBatcher makes a batcher on d; nothing runs until Run. limit is both how many operations one commit may have and how
// many may queue for it: further ones wait in Do. apply writes all of ops, in order, in the transaction; it must be
// repeatable, since a write that lost against another runs again, and so does each operation by itself when a batch fails.
func NewBatcher[T any](d *DB, limit int, apply func(ctx context.Context, tx *Tx, ops []T) error) *Batcher[T] {
	limit = max(limit, 1)
	return &Batcher[T]{
		db: d, limit: limit, apply: apply,
		slots: make(chan struct{}, limit), wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
}

var errStopped = fault.New(fault.Unavailable, "db.stopping", "This instance is stopping.").After(Unavailable.RetryAfter)

// Do returns when op is durable, or with the error for which it is not. When ctx ends first, an operation still in the
// queue is taken out of it and never happens; one that was taken is decided by its commit, and Do waits for that.
func (b *Batcher[T]) Do(ctx context.Context, op T) error {
	if err := b.db.writers.refuseNested(); err != nil {
		return err
	}
	select {
	case b.slots <- struct{}{}:
	case <-b.ended:
		return errStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	p := &pending[T]{op: op, done: make(chan error, 1)}
	if !b.enqueue(p) {
		return errStopped
	}
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		if b.withdraw(p) {
			return ctx.Err()
		}
		return <-p.done
	}
}

func (b *Batcher[T]) enqueue(p *pending[T]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		<-b.slots
		return false
	}
	b.queue = append(b.queue, p)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

func (b *Batcher[T]) withdraw(p *pending[T]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range b.queue {
		if q == p {
			b.queue = append(b.queue[:i], b.queue[i+1:]...)
			<-b.slots
			return true
		}
	}
	return false
}

// take empties the queue.
func (b *Batcher[T]) take() []*pending[T] {
	b.mu.Lock()
	defer b.mu.Unlock()
	batch := b.queue
	b.queue = nil
	for range batch {
		<-b.slots
	}
	return batch
}

// Run commits what queues until ctx ends; then it refuses the new, commits what is queued, and returns nil. It may be called
// once; a second call is an error.
func (b *Batcher[T]) Run(ctx context.Context) error {
	b.mu.Lock()
	again := b.running
	b.running = true
	b.mu.Unlock()
	if again {
		return errors.New("db: a Batcher runs once")
	}
	lasting := context.WithoutCancel(ctx)
	for {
		select {
		case <-b.wake:
			b.commit(lasting, b.take())
		case <-ctx.Done():
			b.mu.Lock()
			b.closed = true
			b.mu.Unlock()
			close(b.ended)
			b.commit(lasting, b.take())
			return nil
		}
	}
}

// commit decides every operation of a batch. A bad one must not fail its neighbours: when the batch fails for another
// reason than that the database is unavailable, each runs by itself.
func (b *Batcher[T]) commit(ctx context.Context, batch []*pending[T]) {
	if len(batch) == 0 {
		return
	}
	ops := make([]T, len(batch))
	for i, p := range batch {
		ops[i] = p.op
	}
	err := b.write(ctx, ops)
	if err == nil || len(batch) == 1 || fault.From(err).Kind == fault.Unavailable {
		for _, p := range batch {
			p.done <- err
		}
		return
	}
	for i, p := range batch {
		p.done <- b.write(ctx, ops[i:i+1:i+1])
	}
}

func (b *Batcher[T]) write(ctx context.Context, ops []T) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db %s: panic in a batch: %v\n%s", b.db.name, p, debug.Stack())
		}
	}()
	if b.db.dialect == Postgres { // a dead network must not hold up the queue for ever; a disk cannot be interrupted
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.db.set.cfg.StatementTimeout+b.db.set.cfg.ConnectTimeout)
		defer cancel()
	}
	err = b.db.Write(ctx, func(tx *Tx) error { return b.apply(ctx, tx, ops) })
	if err != nil && ctx.Err() != nil {
		return unavailable(err)
	}
	return err
}
