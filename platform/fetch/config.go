package fetch

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config of a client. The zero value is a client that asks any public host, once, within 10 seconds, for at most 1 MiB.
type Config struct {
	Name          string        // of the client, in metrics and logs: a short word; "": fetch
	Timeout       time.Duration // for all of Do: waiting for a place, retries, redirects, body; 0: 10s
	HeaderTimeout time.Duration // for one answer's header, at most half of it for connecting; 0: Timeout
	MaxBody       int64         // bytes of a body, decompressed; 0: 1 MiB
	SkipBody      bool          // no body is read: Answer.Body is empty, and what matters is the status
	Redirects     int           // how many are followed; 0: none, the redirect is the answer
	Hosts         []string      // which may be asked, redirects too: example.com, or *.example.com for what is below it; empty: any
	Retries       int           // further attempts of idempotent requests after connect errors, 502, 503 and 504
	Backoff       time.Duration // before the first retry, doubled for each, half of it random; 0: 200ms
	MaxWait       time.Duration // the longest wait before a retry; a longer Retry-After ends the retrying; 0: 5s
	Concurrency   int           // calls at one time; others wait within their Timeout; 0: not bounded
	Secrets       []string      // headers that never follow to another origin, beside Authorization, Cookie and their like
	UserAgent     string        // "": hotlane
	Private       bool          // private addresses may be asked: demo and tests
	Breaker       BreakerConfig

	Before    func(*http.Request) error                  // asked last before a request leaves, each retry and redirect too; a fault that it returns ends the call and is no failure of the host; nil: none
	Transport http.RoundTripper                          // instead of the real one: a fake of a third party; of addresses only the URL's own is then checked
	Resolver  *net.Resolver                              // nil: the system's
	Now       func() time.Time                           // nil: time.Now; what breakers and Retry-After go by
	Sleep     func(context.Context, time.Duration) error // between retries; nil: a timer
	Log       *slog.Logger                               // nil: none
	Metrics   prometheus.Registerer                      // prefixed by the app; clients may share one; nil: none
}

// BreakerConfig says when a host is left alone. Each host has a breaker of its own.
type BreakerConfig struct {
	Failures int           // so many of the last Window calls open it; 0: 5; negative: there is no breaker
	Window   int           // 0: twice Failures
	Delay    time.Duration // for which nothing is asked then; 0: 30s
	Probes   int           // calls that then try, all of which must succeed; 0: 1
}

func (c Config) withDefaults() Config {
	c.Name = cmp.Or(c.Name, "fetch")
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.HeaderTimeout = min(cmp.Or(c.HeaderTimeout, c.Timeout), c.Timeout)
	c.MaxBody = cmp.Or(c.MaxBody, 1<<20)
	c.Backoff = cmp.Or(c.Backoff, 200*time.Millisecond)
	c.MaxWait = cmp.Or(c.MaxWait, 5*time.Second)
	c.Hosts = hostList(c.Hosts)
	c.UserAgent = cmp.Or(c.UserAgent, "hotlane")
	c.Breaker.Failures = cmp.Or(c.Breaker.Failures, 5)
	c.Breaker.Window = max(cmp.Or(c.Breaker.Window, 2*c.Breaker.Failures), c.Breaker.Failures)
	c.Breaker.Delay = cmp.Or(c.Breaker.Delay, 30*time.Second)
	c.Breaker.Probes = max(c.Breaker.Probes, 1)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
