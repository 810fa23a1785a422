package edge

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// maxTargets is how many servers an upstream may have: the tried ones are remembered in a word.
const maxTargets = 64

// upstream is one backend of one or many servers.
type upstream struct {
	name    string
	cfg     Upstream
	now     func() time.Time
	targets []*target
	turn    atomic.Uint32 // where the search for the least loaded begins, so that equals take turns
}

// target is one server.
type target struct {
	url  *url.URL
	busy atomic.Int64 // requests under way
	sick atomic.Bool  // by the health checks
	till atomic.Int64 // passed over until then, unix nanoseconds
}

func newUpstream(name string, cfg Upstream, now func() time.Time) *upstream {
	u := &upstream{name: name, cfg: cfg.WithDefaults(), now: now}
	for _, raw := range cfg.URLs {
		at, err := url.Parse(raw)
		if err != nil {
			panic("edge: an URL that was validated cannot be parsed: " + err.Error())
		}
		u.targets = append(u.targets, &target{url: at})
	}
	return u
}

// pick takes the well server with the fewest requests under way. When none is well, the sick ones get their chance: a
// wrong verdict must not be worse than none. nil: all have been tried.
func (u *upstream) pick(tried uint64) (*target, uint64) {
	if len(u.targets) == 1 {
		if tried != 0 {
			return nil, tried
		}
		return u.targets[0], 1
	}
	start := int(u.turn.Add(1))
	now := u.now().UnixNano()
	best, bestIndex, bestWell := (*target)(nil), 0, false
	for i := range u.targets {
		at := (start + i) % len(u.targets)
		t := u.targets[at]
		if tried&(1<<at) != 0 {
			continue
		}
		well := !t.sick.Load() && t.till.Load() <= now
		if best == nil || well && !bestWell || well == bestWell && t.busy.Load() < best.busy.Load() {
			best, bestIndex, bestWell = t, at, well
		}
	}
	if best == nil {
		return nil, tried
	}
	return best, tried | 1<<bestIndex
}

// refused notes that a server took no connection.
func (u *upstream) refused(t *target) {
	if u.cfg.Health.Path != "" {
		t.sick.Store(true)
		return
	}
	t.till.Store(u.now().Add(u.cfg.DownFor).UnixNano())
}

// newTransport makes the connections to an upstream. HTTP/1.1 only: what passes keeps its form.
func newTransport(cfg Upstream, responseTimeout time.Duration) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	dialer := net.Dialer{Timeout: cfg.ConnectTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    cfg.ConnectTimeout,
		ResponseHeaderTimeout:  responseTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        cfg.IdleTimeout,
		MaxIdleConnsPerHost:    cfg.MaxIdle, // the default of 2 throws nearly all connections away
		MaxConnsPerHost:        cfg.MaxConns,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true, // else it asks for gzip on its own and unpacks
		Protocols:              &protocols,
	}
}

// balancer is the round tripper of one upstream: it chooses the server, and another one only where no connection came
// about, so that no byte of the request has left.
type balancer struct {
	upstream *upstream
	next     http.RoundTripper
}

func (b *balancer) RoundTrip(req *http.Request) (*http.Response, error) {
	body := req.Body
	var tried uint64
	for {
		var t *target
		before := tried
		if t, tried = b.upstream.pick(tried); t == nil {
			return nil, errNoTarget
		}
		req.URL.Scheme, req.URL.Host = t.url.Scheme, t.url.Host
		if body != nil && len(b.upstream.targets) > 1 {
			req.Body = io.NopCloser(body) // a failed attempt closes its body; the next one needs it
		}
		t.busy.Add(1)
		res, err := b.next.RoundTrip(req)
		if err == nil {
			release := &released{ReadCloser: res.Body, target: t}
			res.Body = release
			if both, ok := release.ReadCloser.(io.ReadWriteCloser); ok {
				res.Body = releasedBoth{release, both}
			}
			return res, nil
		}
		t.busy.Add(-1)
		if !isDial(err) || req.Context().Err() != nil {
			return nil, err
		}
		b.upstream.refused(t)
		if tried == before || bitsLeft(tried, len(b.upstream.targets)) == 0 {
			return nil, err
		}
	}
}

var errNoTarget = errors.New("edge: no server of the upstream is left to try")

func bitsLeft(tried uint64, n int) uint64 { return ^tried & (1<<n - 1) }

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// released counts a request out when its answer is closed.
type released struct {
	io.ReadCloser
	target *target
	closed atomic.Bool
}

func (r *released) Close() error {
	if !r.closed.Swap(true) {
		r.target.busy.Add(-1)
	}
	return r.ReadCloser.Close()
}

// releasedBoth is the same for an upgraded connection, which is also written to.
type releasedBoth struct {
	*released
	both io.ReadWriteCloser
}

func (r releasedBoth) Write(p []byte) (int, error) { return r.both.Write(p) }
