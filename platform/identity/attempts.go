package identity

import (
	"net/netip"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/admit"
)

const maxAddresses = 10_000 // counted at a time, about 100 bytes each

// attempts counts wrong keys by address in fixed windows. When the table is full of addresses that still count, a new one shares
// the count of all that do not fit: an attacker with many addresses is slowed down, not let through.
type attempts struct {
	cfg AttemptsConfig
	now func() time.Time

	mu     sync.Mutex
	counts map[netip.Prefix]window
}

type window struct {
	failed int
	ends   time.Time
}

func newAttempts(cfg AttemptsConfig, now func() time.Time) *attempts {
	return &attempts{cfg: cfg, now: now, counts: make(map[netip.Prefix]window)}
}

// wait is how long the address must wait before its next attempt; 0: it may try.
func (a *attempts) wait(addr netip.Addr) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	for _, p := range [...]netip.Prefix{admit.Customer(addr), overflow()} {
		_, known := a.counts[p]
		if w := a.counts[p]; known && w.failed >= a.cfg.Limit && w.ends.After(now) {
			return w.ends.Sub(now)
		}
		if known || len(a.counts) < maxAddresses {
			return 0
		}
	}
	return 0
}

func (a *attempts) failed(addr netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	p := admit.Customer(addr)
	if _, known := a.counts[p]; !known && len(a.counts) >= maxAddresses {
		a.sweep(now)
		if len(a.counts) >= maxAddresses {
			p = overflow()
		}
	}
	w := a.counts[p]
	if !w.ends.After(now) {
		w = window{ends: now.Add(a.cfg.Window)}
	}
	w.failed++
	a.counts[p] = w
}

func (a *attempts) sweep(now time.Time) {
	for p, w := range a.counts {
		if !w.ends.After(now) {
			delete(a.counts, p)
		}
	}
}

func overflow() netip.Prefix { return netip.PrefixFrom(netip.IPv6Unspecified(), 0) }
