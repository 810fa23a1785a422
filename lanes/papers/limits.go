package papers

import (
	"context"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

// limiter keeps what comes from one client to a rate. All nodes share its buckets; while their store fails, each node counts by itself.
type limiter struct {
	shared, local         cache.Store
	create, write, upload cache.Bucket
}

// take counts one for a client. Error: ErrTooMany with the time to wait.
func (l *limiter) take(ctx context.Context, what, client string, b cache.Bucket) error {
	key := "papers:" + what + ":" + client
	taken, err := l.shared.Take(ctx, key, b, 1)
	if err != nil && ctx.Err() == nil {
		taken, err = l.local.Take(ctx, key, b, 1)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return ErrTooMany.Because(err)
	case !taken.OK:
		return ErrTooMany.After(max(taken.Wait, time.Second))
	}
	return nil
}

// places are how many may do something at one time. One client has half of them at most, so that whoever reads slowly holds up few.
type places struct {
	each int

	mu   sync.Mutex
	free int
	held map[string]int // by client
}

func newPlaces(n int) *places { return &places{each: (n + 1) / 2, free: n, held: map[string]int{}} }

func (p *places) take(client string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == 0 || p.held[client] == p.each {
		return false
	}
	p.free--
	p.held[client]++
	return true
}

func (p *places) give(client string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free++
	if p.held[client]--; p.held[client] == 0 {
		delete(p.held, client)
	}
}
