package edge

import (
	"log/slog"
	"net/http"
	"net/http/httputil"
	"time"
)

// transports makes one forwarder for each pair of upstream and response timeout, since net/http's transport has one
// timeout for all its requests. Each has a pool of its own.
type transports struct {
	given    http.RoundTripper // nil: real ones
	outgoing func(http.Header) // nil: headers go out as they are
	trusted  trusted
	log      *slog.Logger
	buffers  httputil.BufferPool
	made     map[transportKey]*forwarder
}

type transportKey struct {
	upstream string
	timeout  time.Duration
}

func newTransports(deps Deps, t trusted) *transports {
	return &transports{
		given: deps.Transport, outgoing: deps.Outgoing, trusted: t, log: deps.Log,
		buffers: &bufferPool{}, made: map[transportKey]*forwarder{},
	}
}

// forwarder returns the one for this upstream; timeout 0 is the upstream's own. Not safe for concurrent use.
func (t *transports) forwarder(u *upstream, timeout time.Duration) *forwarder {
	key := transportKey{u.name, orElse(timeout, u.cfg.ResponseTimeout)}
	if f := t.made[key]; f != nil {
		return f
	}
	next := t.given
	if next == nil {
		next = newTransport(u.cfg, key.timeout)
	}
	f := newForwarder(u, next, t)
	t.made[key] = f
	return f
}

func (t *transports) closeIdle() {
	for _, f := range t.made {
		if c, ok := f.next.(interface{ CloseIdleConnections() }); ok {
			c.CloseIdleConnections()
		}
	}
}
