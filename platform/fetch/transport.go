package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// newTransport is the real one. It has no proxy: what the environment says would be asked instead of the upstream, and none of the
// rules would hold.
func newTransport(cfg Config) *http.Transport {
	d := &net.Dialer{Timeout: cfg.HeaderTimeout / 2, KeepAlive: 30 * time.Second, Resolver: cfg.Resolver}
	if !cfg.Private {
		d.ControlContext = publicOnly
	}
	return &http.Transport{
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    cfg.HeaderTimeout,
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // body.go decompresses, so that fakes are bounded by the same
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    max(2, min(cfg.Concurrency, 64)),
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// publicOnly runs with the address that is about to be dialled, after resolving: a name cannot change between check and use.
func publicOnly(_ context.Context, network, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !Public(a.Addr()) || (network != "tcp4" && network != "tcp6") {
		return ErrPrivate
	}
	return nil
}
