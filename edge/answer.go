package edge

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"github.com/hotlane/hotlane/platform/httpio"
)

// statusClientLeft is nginx's 499: for the metrics only, nobody is left to read it.
const statusClientLeft = 499

// answer is the response writer of one request: it counts, keeps the request's id on the head, and tells the connection
// when it stops being HTTP.
type answer struct {
	http.ResponseWriter
	id       string
	conn     *conn // nil for HTTP/2
	body     *body // nil without one
	upgrade  bool  // a WebSocket was asked for
	passes   bool  // on to an upstream
	leaving  *atomic.Bool
	hijacked bool
	status   int
	bytes    int64
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if status >= 200 && a.status == 0 {
		a.status = status
		h := a.Header()
		if h.Get(httpio.RequestIDHeader) != a.id { // ReverseProxy clears the header after a 1xx
			h.Set(httpio.RequestIDHeader, a.id)
		}
		if a.upgrade || a.leaving != nil && a.leaving.Load() { // what came behind an upgrade was not looked at
			h.Set("Connection", "close")
		}
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// ReadFrom keeps net/http's way to send a file.
func (a *answer) ReadFrom(r io.Reader) (int64, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := io.Copy(a.ResponseWriter, r)
	a.bytes += n
	return n, err
}

func (a *answer) Flush() { _ = a.FlushError() }

func (a *answer) FlushError() error {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	return http.NewResponseController(a.ResponseWriter).Flush()
}

// Hijack hands the connection over. Only a request that asked for a WebSocket gets it: of any other, what comes behind
// may already have been read as HTTP.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if !a.upgrade {
		return nil, nil, errors.New("edge: only a request for a WebSocket can take the connection over")
	}
	c, rw, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	a.hijacked, a.status = true, http.StatusSwitchingProtocols
	switch {
	case a.conn == nil:
	case a.passes: // ReverseProxy reads from the connection only
		c = a.conn.tunnel()
	default:
		c, rw = a.conn.release(rw)
	}
	return c, rw, nil
}

func (a *answer) brokenBody() error {
	if a.body == nil {
		return nil
	}
	return a.body.broken()
}
