package fetch

import (
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"
)

// again says whether a call is worth repeating after its nth failure, and how long to wait first.
func (c *Client) again(n int, r *http.Request, a *Answer, err error) (time.Duration, bool) {
	if !idempotent(r) || (err != nil && !broken(err)) || (a != nil && !passing(a.Status)) {
		return 0, false
	}
	wait := min(c.cfg.Backoff<<min(n, 16), c.cfg.MaxWait)
	wait = wait/2 + rand.N(wait/2+1)
	if a != nil {
		if asked, ok := a.RetryAfter(c.cfg.Now()); ok {
			wait = max(wait, asked)
		}
	}
	return wait, wait <= c.cfg.MaxWait
}

func passing(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// idempotent as in RFC 9110, 9.2.2, or since the request says so. A body must be one that can be sent again.
func idempotent(r *http.Request) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	switch r.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Header.Get("Idempotency-Key") != ""
}

// broken says whether a connection did not come about or broke, which another may not. What is wrong for good, or was slow, is not
// asked again.
func broken(err error) bool {
	if errors.Is(err, ErrPrivate) || errors.Is(err, ErrTooLarge) {
		return false
	}
	var cert *tls.CertificateVerificationError
	var name *net.DNSError
	if errors.As(err, &cert) || (errors.As(err, &name) && name.IsNotFound) {
		return false
	}
	var op *net.OpError
	return (errors.As(err, &op) && op.Op == "dial") || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
