package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// Never says that another attempt would not help: the job is a dead letter at once. nil stays nil.
func Never(err error) error {
	if err == nil {
		return nil
	}
	return &neverError{err}
}

type neverError struct{ err error }

func (e *neverError) Error() string { return e.err.Error() }
func (e *neverError) Unwrap() error { return e.err }

// Later puts a job off for d, at least a second. It does not count as an attempt.
func Later(d time.Duration) error { return &laterError{max(d, time.Second)} }

type laterError struct{ wait time.Duration }

func (e *laterError) Error() string { return fmt.Sprintf("jobs: not before %s", e.wait) }

// outcome is what came of an attempt.
type outcome uint8

const (
	done     outcome = iota
	failed           // to be tried again
	dead             // not to be tried again
	later            // put off: not an attempt
	returned         // stopped because the queue drains: not an attempt
)

func (o outcome) String() string {
	return [...]string{"done", "failed", "dead", "later", "returned"}[o]
}

// verdict is an outcome and what follows.
type verdict struct {
	outcome outcome
	wait    time.Duration // until the next attempt
	err     error         // of the attempt, its text fit for a column
}

// attempt runs a job once. last: it is not tried again. When halted reports true, a failure is the queue's doing.
func (q *Queue) attempt(ctx context.Context, j *Job, t Task, last bool, halted func() bool) (v verdict) {
	ctx, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	v = judge(j, t, call(ctx, j, t), last, halted)
	q.metrics.ran(t.Kind, v.outcome)
	if v.outcome == failed || v.outcome == dead {
		q.log.WarnContext(ctx, "jobs: an attempt failed", "kind", t.Kind, "job", t.ID, "attempt", t.Attempt,
			"dead", v.outcome == dead, "error", v.err.Error())
	}
	return v
}

func judge(j *Job, t Task, err error, last bool, halted func() bool) verdict {
	never, laterErr := (*neverError)(nil), (*laterError)(nil)
	switch {
	case err == nil:
		return verdict{outcome: done}
	case errors.As(err, &never):
		return verdict{outcome: dead, err: plain(err)}
	case errors.As(err, &laterErr):
		return verdict{outcome: later, wait: laterErr.wait}
	case halted():
		return verdict{outcome: returned}
	case last:
		return verdict{outcome: dead, err: plain(err)}
	default:
		return verdict{outcome: failed, wait: max(j.Backoff(t.Attempt), 0), err: plain(err)}
	}
}

// call makes a failure of a panic, and of a job that ends its goroutine, which is why it has one of its own.
func call(ctx context.Context, j *Job, t Task) error {
	ended := make(chan error, 1)
	go func() {
		err := errExited
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			ended <- err
		}()
		err = j.Run(ctx, t)
	}()
	return <-ended
}

var errExited = errors.New("jobs: the attempt ended its goroutine")

const maxError = 2000 // bytes of an error's text that are kept

// plain is an error of which both engines can keep the text.
func plain(err error) error {
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "\uFFFD"), "\x00", "\uFFFD")
	return errors.New(cut(text, maxError))
}

// cut keeps the first n bytes, of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
