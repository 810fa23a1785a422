package door

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lane"
)

// request is the context of a request: it knows the request's id, and ends in time. The timer is made when somebody first
// waits for the end: a decision that is taken from memory never does, and starting and stopping a timer would be a
// twentieth of its cost.
type request struct {
	context.Context           // the connection's
	id              string    // of the request
	by              time.Time // zero: no end but the connection's
	from            *http.Request
	client          func(*http.Request) netip.Addr

	mu    sync.Mutex
	timed context.Context // made by inner
	stop  context.CancelFunc
	over  bool
}

type idKey struct{}

// RequestID is the id of the request whose context this is; empty outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// inner is the context with the timer.
func (r *request) inner() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timed == nil {
		if r.by.IsZero() {
			r.timed, r.stop = context.WithCancel(r.Context)
		} else {
			r.timed, r.stop = context.WithDeadline(r.Context, r.by)
		}
		if r.over {
			r.stop()
		}
	}
	return r.timed
}

// made is inner, if it was asked for.
func (r *request) made() context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.timed
}

// end is called when the request is answered.
func (r *request) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	if r.stop != nil {
		r.stop()
	}
}

func (r *request) Deadline() (time.Time, bool) {
	by, ok := r.Context.Deadline()
	if r.by.IsZero() || ok && by.Before(r.by) {
		return by, ok
	}
	return r.by, true
}

func (r *request) Done() <-chan struct{} { return r.inner().Done() }

func (r *request) Err() error {
	if t := r.made(); t != nil {
		return t.Err()
	}
	if err := r.Context.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	over := r.over
	r.mu.Unlock()
	if over || !r.by.IsZero() && !time.Now().Before(r.by) {
		return r.inner().Err()
	}
	return nil
}

// Value also lets package context find the timed context, so that children are tied to it without a goroutine. The client's address
// is read when it is asked for: most endpoints never do.
func (r *request) Value(key any) any {
	switch key {
	case idKey{}:
		return r.id
	case lane.ClientKey{}:
		return r.client(r.from)
	}
	if t := r.made(); t != nil {
		return t.Value(key)
	}
	return r.Context.Value(key)
}
