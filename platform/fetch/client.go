package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Answer is what came back, whatever its status: 304, 429 and 500 are answers too.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte   // whole and decompressed; never nil
	URL    *url.URL // that gave it, after redirects
}

// RetryAfter is how long the answer asks to be left alone; false: it does not say.
func (a *Answer) RetryAfter(now time.Time) (time.Duration, bool) {
	return ParseRetryAfter(a.Header.Get("Retry-After"), now)
}

// Client asks. It is safe for use by many goroutines.
type Client struct {
	cfg      Config
	rt       http.RoundTripper
	real     *http.Transport // nil: the transport was given
	places   chan struct{}   // nil: not bounded
	breakers *breakers
	metrics  *metrics
}

// New makes a client. It does no I/O.
func New(cfg Config) *Client {
	c := &Client{cfg: cfg.withDefaults()}
	c.metrics = newMetrics(c.cfg.Metrics, c.cfg.Name)
	c.breakers = newBreakers(c.cfg.Breaker, c.cfg.Now, c.cfg.Log.With("client", c.cfg.Name), c.metrics.opened)
	c.rt = c.cfg.Transport
	if c.rt == nil {
		c.real = newTransport(c.cfg)
		c.rt = c.real
	}
	if c.cfg.Concurrency > 0 {
		c.places = make(chan struct{}, c.cfg.Concurrency)
	}
	return c
}

// Close drops idle connections. Calls under way go on.
func (c *Client) Close() {
	if c.real != nil {
		c.real.CloseIdleConnections()
	}
}

// Resting is how long the breaker of u's host still leaves it alone; 0: it may be asked.
func (c *Client) Resting(u *url.URL) time.Duration { return c.breakers.resting(origin(u)) }

// Do asks and reads the whole answer. It goes by ctx, not by the request's own context. Accept-Encoding is ours, and the Host is the
// URL's. A body is sent again, for a retry or a redirect, only where there is GetBody, as http.NewRequest sets it for bytes and
// strings.
//
// Errors: a context's own where the caller gave up, else one of this package.
func (c *Client) Do(ctx context.Context, r *http.Request) (*Answer, error) {
	begin := time.Now()
	if r.Body != nil && r.GetBody != nil {
		_ = r.Body.Close() // copies of it are sent
	}
	call, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, ErrTimeout)
	defer cancel()
	a, err := c.attempts(ctx, call, r)
	c.metrics.done(a, err, time.Since(begin))
	return a, err
}

// attempts asks until there is an answer, or no use in asking again.
func (c *Client) attempts(caller, call context.Context, r *http.Request) (*Answer, error) {
	a, err := c.attempt(caller, call, r)
	for n := range c.cfg.Retries {
		wait, ok := c.again(n, r, a, err)
		if !ok || tooLate(call, wait) || c.cfg.Sleep(call, wait) != nil {
			break
		}
		c.metrics.retried()
		next, failed := c.attempt(caller, call, r)
		if errors.Is(failed, ErrOpen) {
			break // what opened the breaker says more
		}
		a, err = next, failed
	}
	if err != nil && caller.Err() != nil {
		return nil, context.Cause(caller)
	}
	return a, err
}

func tooLate(ctx context.Context, wait time.Duration) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || (ok && time.Until(end) <= wait)
}

// attempt follows redirects from the request's URL to an answer.
func (c *Client) attempt(caller, call context.Context, r *http.Request) (*Answer, error) {
	if err := c.place(caller, call); err != nil {
		return nil, err
	}
	defer c.leave()
	h := hop{method: r.Method, url: r.URL, header: c.headers(r), body: bodyOf(r)}
	for n := 0; ; n++ {
		a, err := c.exchange(caller, call, h)
		if err != nil {
			if n > 0 && (errors.Is(err, ErrURL) || errors.Is(err, ErrHost) || errors.Is(err, ErrPrivate)) {
				err = ErrRedirects.Because(err)
			}
			return nil, err
		}
		if !redirects(a.Status) || c.cfg.Redirects == 0 || a.Header.Get("Location") == "" {
			return a, nil
		}
		if n == c.cfg.Redirects {
			return nil, ErrRedirects.Because(errors.New("too many"))
		}
		if h, err = c.next(h, a); err != nil {
			return nil, err
		}
	}
}

func (c *Client) place(caller, call context.Context) error {
	if c.places == nil {
		return nil
	}
	select {
	case c.places <- struct{}{}:
		return nil
	case <-call.Done():
		if caller.Err() != nil {
			return context.Cause(caller)
		}
		return ErrBusy.After(time.Second)
	}
}

func (c *Client) leave() {
	if c.places != nil {
		<-c.places
	}
}
