package edge

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

var (
	// ErrDead is what a request gets whose upstream took no connection, or answered with something that is not HTTP.
	ErrDead = fault.New(fault.BadGateway, "edge.upstream_dead", "The service behind this path does not answer.")
	// ErrSlow is what a request gets whose upstream did not begin to answer in time.
	ErrSlow = fault.New(fault.Timeout, "edge.upstream_slow", "The service behind this path took too long to answer.")
	// ErrBrokenBody is what a request gets whose body ended before it was whole.
	ErrBrokenBody = fault.New(fault.Malformed, "edge.body_broken", "The request's body ended before it was whole.")
	// ErrSlowBody is what a request gets whose body came too slowly.
	ErrSlowBody = fault.New(fault.Malformed, "edge.body_slow", "The request's body came too slowly.")
)

// errSwitched is an upstream's 101 that nobody asked for.
var errSwitched = errors.New("edge: the upstream switched to a protocol that was not asked for")

// forwarder passes requests on to one upstream, byte for byte where HTTP lets it.
type forwarder struct {
	upstream *upstream
	next     http.RoundTripper
	proxy    *httputil.ReverseProxy
	outgoing func(http.Header) // nil: headers go out as they are
	trusted  trusted
	log      *slog.Logger
}

func newForwarder(u *upstream, next http.RoundTripper, t *transports) *forwarder {
	f := &forwarder{upstream: u, next: next, outgoing: t.outgoing, trusted: t.trusted, log: t.log}
	if u.cfg.Hotlane {
		f.outgoing = nil
	}
	f.proxy = &httputil.ReverseProxy{
		Rewrite:        f.rewrite,
		Transport:      &balancer{upstream: u, next: next},
		ModifyResponse: checkAnswer,
		ErrorHandler:   f.failed,
		BufferPool:     t.buffers,
		ErrorLog:       slog.NewLogLogger(t.log.Handler(), slog.LevelDebug),
	}
	return f
}

func (f *forwarder) target() string { return "upstream:" + f.upstream.name }

func (f *forwarder) rewrite(p *httputil.ProxyRequest) {
	p.Out.Host = p.In.Host
	p.Out.URL.User = nil
	p.Out.Trailer = nil // a proxy may drop trailers, and half of the old servers cannot read them
	keepTarget(p)
	f.trusted.forwarding(p)
	p.Out.Header.Set(httpio.RequestIDHeader, p.In.Header.Get(httpio.RequestIDHeader)) // also where Connection named it
	if f.outgoing != nil {
		f.outgoing(p.Out.Header)
	}
}

// keepTarget makes the outgoing request line carry the target's very bytes. Package url writes some of them otherwise,
// so what would differ goes out as opaque. Only for a path that begins with // is there no such way (an opaque one would
// become absolute): there, bytes outside RFC 3986 are percent-encoded.
func keepTarget(p *httputil.ProxyRequest) {
	path, query, mark := strings.Cut(rawTarget(p.In), "?")
	out := p.Out.URL
	out.RawQuery, out.ForceQuery = query, mark && query == ""
	if out.EscapedPath() != path && !strings.HasPrefix(path, "//") {
		out.Opaque = path
	}
}

// checkAnswer looks at an upstream's answer before any of it goes out. The request id on it is ours.
func checkAnswer(res *http.Response) error {
	res.Header.Del(httpio.RequestIDHeader)
	if res.StatusCode != http.StatusSwitchingProtocols {
		return nil
	}
	if !isWebSocket(res.Request.Header) || !strings.EqualFold(res.Header.Get("Upgrade"), "websocket") {
		return errSwitched
	}
	return nil
}

// failed answers where the upstream did not.
func (f *forwarder) failed(w http.ResponseWriter, r *http.Request, err error) {
	a, _ := w.(*answer)
	if a == nil { // not served by an Edge: only in tests of the forwarder alone
		a = &answer{ResponseWriter: w}
	}
	if a.hijacked {
		return
	}
	if broken := a.brokenBody(); broken != nil {
		a.Header().Set("Connection", "close")
		httpio.WriteProblem(a, broken)
		return
	}
	if r.Context().Err() != nil {
		a.status = statusClientLeft
		panic(http.ErrAbortHandler)
	}
	refusal := ErrDead
	if isTimeout(err) && !isDial(err) {
		refusal = ErrSlow
	}
	f.log.Warn("an upstream failed", "upstream", f.upstream.name, "request_id", a.id, "error", err)
	httpio.WriteProblem(a, refusal.Because(err))
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// bufferPool has the buffers that bodies are copied through.
type bufferPool struct{ pool sync.Pool }

const copySize = 32 << 10

func (b *bufferPool) Get() []byte {
	if p, ok := b.pool.Get().(*[copySize]byte); ok {
		return p[:]
	}
	return make([]byte, copySize)
}

func (b *bufferPool) Put(p []byte) { b.pool.Put((*[copySize]byte)(p)) }
