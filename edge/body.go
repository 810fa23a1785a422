package edge

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// bodyStep is how much of a body must come within one body timeout, so that a trickle does not hold a connection for ever.
const bodyStep = 16 << 10

// body gives each step of a request's body its own time and remembers how it ended. A body that is here already, as small
// ones mostly are, needs no clock.
type body struct {
	io.ReadCloser
	writer  http.ResponseWriter
	conn    *conn // nil for HTTP/2
	timeout time.Duration
	left    int  // bytes of this step
	timed   bool // a deadline was set

	mu  sync.Mutex // the transport reads on its own goroutine
	err error
}

func (b *body) Read(p []byte) (int, error) {
	if b.timeout > 0 && b.left <= 0 && (b.conn == nil || !b.conn.whole.Load()) {
		b.left, b.timed = bodyStep, true
		_ = b.deadline(time.Now().Add(b.timeout)) // not supported: there is no bound
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	if err == nil {
		return n, nil
	}
	if err == io.EOF {
		if b.timed {
			_ = b.deadline(time.Time{}) // else it would end the wait for the client's leaving
		}
		return n, err
	}
	err = bodyFault(err)
	b.mu.Lock()
	b.err = err
	b.mu.Unlock()
	return n, err
}

func (b *body) deadline(t time.Time) error {
	return http.NewResponseController(b.writer).SetReadDeadline(t)
}

func (b *body) broken() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// bodyFault says what was wrong with a body, for the local handler that reads it as for the proxy.
func bodyFault(err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, http.ErrBodyReadAfterClose):
		return err
	case isSlow(err):
		return ErrSlowBody.Because(err)
	}
	return ErrBrokenBody.Because(err)
}
