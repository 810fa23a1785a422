package allocation

import (
	"context"
	"sync"
)

// watermark lets callers wait until a growing number has been reached.
type watermark struct {
	mu      sync.Mutex
	reached uint64
	waiters []waiter
}

type waiter struct {
	upto uint64
	done chan error
}

// reach wakes all that wait for n or less.
func (w *watermark) reach(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reached = max(w.reached, n)
	w.wake(func(x waiter) (bool, error) { return x.upto <= w.reached, nil })
}

// fail tells all that wait that it did not come about.
func (w *watermark) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wake(func(waiter) (bool, error) { return true, err })
}

// wake is called with the lock held.
func (w *watermark) wake(is func(waiter) (bool, error)) {
	kept := w.waiters[:0]
	for _, x := range w.waiters {
		if ok, err := is(x); ok {
			x.done <- err // has room for it
			continue
		}
		kept = append(kept, x)
	}
	w.waiters = kept
}

// wait returns when n has been reached, with the error of the attempt that failed, or when the context ends.
func (w *watermark) wait(ctx context.Context, n uint64) error {
	w.mu.Lock()
	if n <= w.reached {
		w.mu.Unlock()
		return nil
	}
	x := waiter{n, make(chan error, 1)}
	w.waiters = append(w.waiters, x)
	w.mu.Unlock()
	select {
	case err := <-x.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
