package edge

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// checker asks the servers of one upstream whether they are well.
type checker struct {
	upstream *upstream
	next     http.RoundTripper
	log      *slog.Logger
}

func (c *checker) run(ctx context.Context) {
	var running sync.WaitGroup
	for _, t := range c.upstream.targets {
		running.Go(func() { c.watch(ctx, t) })
	}
	running.Wait()
}

// watch asks one server at once and then at each interval. So many equal answers in a row as the threshold says change
// the verdict.
func (c *checker) watch(ctx context.Context, t *target) {
	ticker := time.NewTicker(c.upstream.cfg.Health.Interval)
	defer ticker.Stop()
	row := 0
	for {
		if well := c.ask(ctx, t); well == !t.sick.Load() {
			row = 0
		} else if row++; row >= c.upstream.cfg.Health.Threshold && ctx.Err() == nil {
			row = 0
			t.sick.Store(!well)
			c.log.Warn("an upstream's health changed", "upstream", c.upstream.name, "url", t.url.String(), "well", well)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (c *checker) ask(ctx context.Context, t *target) bool {
	ctx, cancel := context.WithTimeout(ctx, c.upstream.cfg.Health.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.url.JoinPath("/").String(), nil)
	if err != nil {
		return false
	}
	req.URL.Opaque = c.upstream.cfg.Health.Path
	req.Header.Set("User-Agent", "hotlane-health")
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return false
	}
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection can be used again
	_ = res.Body.Close()
	return res.StatusCode >= 200 && res.StatusCode < 400
}
