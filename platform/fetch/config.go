package fetch

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config of a client. The zero value is a client that may ask any public host, once, for 10 seconds and 1 MiB.
type Config struct {
	Name          string        // of the client, in metrics and logs: a short word; "": fetch
	Timeout       time.Duration // for all of Do: waiting for a place, retries, redirects, body; 0: 10s
	HeaderTimeout time.Duration // for the header of one answer; 0: Timeout
	MaxBody       int64         // bytes of the body, decompressed; 0: 1 MiB
	Redirects     int           // how many are followed; 0: none, the redirect is the answer
	Hosts         []string      // which may be asked, redirects too: example.com, or *.example.com for what is below it; empty: any
	Retries       int           // further attempts of idempotent requests after connect errors, 502, 503 and 504
	Backoff       time.Duration // before the first retry, doubled for each, half of it random; 0: 200ms
	MaxWait       time.Duration // longest wait before a retry: a longer Retry-After ends the retrying; 0: 5s
	Concurrency   int           // calls at one time; the others wait within Timeout; 0: not bounded
	Secrets       []string      // headers that never follow to another host, beside Authorization, Cookie and their like
	UserAgent     string        // "": hotlane
	Private       bool          // private addresses may be asked: demo and tests
	Breaker       BreakerConfig

	Transport http.RoundTripper                          // instead of the real one: a fake of a third party; only the URL's literal host is then checked
	Resolver  *net.Resolver                              // nil: the system's
	Now       func() time.Time                           // nil: time.Now; the breaker and Retry-After go by it
	Sleep     func(context.Context, time.Duration) error // between retries; nil: a timer
	Log       *slog.Logger
	Metrics   prometheus.Registerer // nil: none; clients may share one
}

// BreakerConfig says when a host is left alone. Each host has a breaker of its own.
type BreakerConfig struct {
	Failures int           // of the last Window calls open it; 0: 5; negative: no breaker
	Window   int           // 0: twice Failures
	Delay    time.Duration // how long nothing is asked then; 0: 30s
	Probes   int           // calls that may then try, all of which must succeed; 0: 1
}
