package edge

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// strictListener wraps each plain connection.
type strictListener struct {
	net.Listener
	limits limits
}

func (l strictListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newConn(c, l.limits), nil
}

// maxHandshakes bounds the TLS handshakes under way; further connections wait in the kernel's queue.
const maxHandshakes = 512

// tlsListener makes the handshake before net/http sees the connection, since its bytes must be looked at behind it: an h2
// connection is handed on as it is (its framing leaves nothing to interpret), an HTTP/1 one is wrapped. It owns the
// goroutines of the handshakes; Close waits for them.
type tlsListener struct {
	net.Listener
	config *tls.Config
	limits limits
	ready  chan net.Conn
	failed chan error
	slots  chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	owned  sync.WaitGroup
}

func newTLSListener(l net.Listener, config *tls.Config, lim limits) *tlsListener {
	ctx, cancel := context.WithCancel(context.Background())
	t := &tlsListener{
		Listener: l, config: config, limits: lim, ctx: ctx, cancel: cancel,
		ready: make(chan net.Conn), failed: make(chan error), slots: make(chan struct{}, maxHandshakes),
	}
	t.owned.Go(t.accept)
	return t
}

func (l *tlsListener) accept() {
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.ctx.Done():
			return
		}
		c, err := l.Listener.Accept()
		if err != nil {
			<-l.slots
			select {
			case l.failed <- err: // net/http waits a little after a temporary one and calls again
			case <-l.ctx.Done():
				return
			}
			continue
		}
		l.owned.Go(func() {
			defer func() { <-l.slots }()
			l.handshake(c)
		})
	}
}

func (l *tlsListener) handshake(raw net.Conn) {
	c := tls.Server(raw, l.config)
	ctx, cancel := context.WithTimeout(l.ctx, l.limits.head)
	defer cancel()
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return
	}
	var done net.Conn = c
	if c.ConnectionState().NegotiatedProtocol != "h2" {
		done = tlsConn{conn: newConn(c, l.limits), tls: c}
	}
	select {
	case l.ready <- done:
	case <-l.ctx.Done():
		_ = c.Close()
	}
}

func (l *tlsListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case err := <-l.failed:
		return nil, err
	case <-l.ctx.Done():
		return nil, net.ErrClosed
	}
}

func (l *tlsListener) Close() error {
	l.cancel()
	err := l.Listener.Close()
	l.owned.Wait()
	return err
}
