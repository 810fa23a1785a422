package fetch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// What is refused, and what went wrong.
var (
	ErrPrivate   = fault.New(fault.Forbidden, "fetch.private", "The address is not a public one.")
	ErrHost      = fault.New(fault.Forbidden, "fetch.host", "This host may not be asked.")
	ErrURL       = fault.New(fault.Invalid, "fetch.url", "The URL cannot be asked.")
	ErrTooLarge  = fault.New(fault.BadGateway, "fetch.too_large", "The upstream's answer is too large.")
	ErrRedirects = fault.New(fault.BadGateway, "fetch.redirects", "The upstream redirects where nobody may follow.")
	ErrUpstream  = fault.New(fault.BadGateway, "fetch.upstream", "The upstream cannot be reached, or does not speak HTTP.")
	ErrTimeout   = fault.New(fault.Timeout, "fetch.timeout", "The upstream took too long.")
	ErrOpen      = fault.New(fault.Unavailable, "fetch.open", "The upstream failed again and again and is left alone for a while.")
)

// Answer is what came back, whatever its status: 304, 429 and 500 are answers too.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte   // whole, decompressed, never nil
	URL    *url.URL // where it came from, after redirects
}

// RetryAfter is how long the answer asks to be left alone, from its Retry-After; false: it does not say.
func (a *Answer) RetryAfter(now time.Time) (time.Duration, bool) {
	return ParseRetryAfter(a.Header.Get("Retry-After"), now)
}

// Client asks. It is safe for use by many goroutines.
type Client struct{ cfg Config }

// New makes a client. It does no I/O.
func New(cfg Config) *Client { return &Client{cfg: cfg} }

// Do asks and reads the whole answer. The request's context is ctx; its body must be one that can be read again (GetBody) where it
// is to be retried or redirected.
func (c *Client) Do(ctx context.Context, r *http.Request) (*Answer, error) {
	return nil, ErrUpstream.Because(errors.New("not there yet"))
}

// Close drops idle connections.
func (c *Client) Close() {}

// ParseRetryAfter reads the value of a Retry-After header (RFC 9110, 10.2.3): seconds or a date. A date that has passed is 0. False:
// neither of both.
func ParseRetryAfter(value string, now time.Time) (time.Duration, bool) { return 0, false }
