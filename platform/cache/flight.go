package cache

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// flight is one load of a key, or a look at the Store that may end in one, and those who wait for it.
type flight[V any] struct {
	key     string
	load    Load[V]
	old     *Loaded[V] // what is served meanwhile
	renewal bool       // there was an old value when it began
	stored  bool       // old is what the Store had under the claim

	forgotten bool // guarded by Cache.mu: its result is not kept

	done   chan struct{} // closed when what follows is set
	result Loaded[V]
	err    error
}

// join answers the flight of a key and begins it where there is none; nil: the value is there by now.
func (c *Cache[V]) join(key string, load Load[V]) (f *flight[V], l Loaded[V], err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.flights[key]; f != nil {
		c.metrics.joined.Inc()
		return f, l, nil
	}
	if l, ok := c.memory.GetIfPresent(key); ok && c.o.Now().Before(l.End) {
		c.metrics.memory.Inc()
		return nil, l, nil // a load ended since the caller looked; what is past Renew is renewed by the next who asks
	}
	switch {
	case c.closed:
		return nil, l, ErrClosed
	case c.running >= c.o.Loads:
		return nil, l, ErrBusy
	}
	return c.begin(&flight[V]{key: strings.Clone(key), load: load}), l, nil
}

// renew begins a renewal of what was found in memory, unless one runs or has ended since.
func (c *Cache[V]) renew(key string, old Loaded[V], load Load[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := c.memory.GetIfPresent(key); !ok || !now.Renew.Equal(old.Renew) || c.flights[key] != nil {
		return
	}
	c.beginRenewal(strings.Clone(key), old, load)
}

// beginRenewal begins a renewal if there is room for one.
func (c *Cache[V]) beginRenewal(key string, old Loaded[V], load Load[V]) {
	switch {
	case c.closed:
	case c.renewals >= c.o.Renewals || c.running >= c.o.Loads:
		c.metrics.later.Inc()
	default:
		c.renewals++
		c.begin(&flight[V]{key: key, load: load, old: &old, renewal: true})
	}
}

func (c *Cache[V]) begin(f *flight[V]) *flight[V] {
	f.done = make(chan struct{})
	c.flights[f.key] = f
	c.running++
	c.loads.Go(func() { c.run(f) })
	return f
}

func (c *Cache[V]) run(f *flight[V]) {
	if c.shared {
		c.across(f)
	} else {
		c.perform(f, f.old)
		c.settle(f, nil)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	if f.renewal {
		c.renewals--
	}
	close(f.done)
	if f.forgotten {
		return
	}
	delete(c.flights, f.key)
	if f.err == nil && !f.renewal && c.stale(f.result) { // the Store had it, and it is past Renew
		c.beginRenewal(f.key, f.result, f.load)
	}
}

func (c *Cache[V]) stale(l Loaded[V]) bool {
	now := c.o.Now()
	return !now.Before(l.Renew) && now.Before(l.End)
}

// settle decides what becomes of what perform found: a failed renewal keeps the old value, and what was not forgotten is kept.
func (c *Cache[V]) settle(f *flight[V], claim Claim) {
	failed := f.err != nil
	c.count(f)
	if failed && !c.fallBack(f) {
		release(claim)
		return
	}
	f.result.Renew = earlier(f.result.Renew, f.result.End)
	switch {
	case claim == nil:
	case failed && !f.stored: // it may have been forgotten by another node before there was a claim
		claim.Release()
	case !c.fill(f, claim):
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !f.forgotten {
		c.keep(f.key, f.result)
	}
}

func (c *Cache[V]) count(f *flight[V]) {
	if f.err != nil {
		c.metrics.failed.Inc()
	} else {
		c.metrics.loaded.Inc()
	}
	switch {
	case !f.renewal:
	case f.err != nil:
		c.metrics.kept.Inc()
		c.o.Log.Warn("a value could not be renewed", "cache", c.o.Name, "error", f.err)
	default:
		c.metrics.renewed.Inc()
	}
}

// fallBack makes the old value the result of a load that failed, and puts its renewal off.
func (c *Cache[V]) fallBack(f *flight[V]) bool {
	now := c.o.Now()
	if f.old == nil || !now.Before(f.old.End) {
		return false
	}
	pause := c.o.Retry
	if said := (*fault.Error)(nil); errors.As(f.err, &said) && said.RetryAfter > 0 {
		pause = said.RetryAfter
	}
	f.result, f.err = *f.old, nil
	f.result.Renew = now.Add(pause)
	return true
}

// perform sets result and err by load, and makes errors of its panics.
func (c *Cache[V]) perform(f *flight[V], old *Loaded[V]) {
	ctx, cancel := context.WithTimeout(c.life, c.o.LoadTime)
	defer cancel()
	ended := make(chan struct{})
	go func() { // its own, since what load does may end the goroutine it runs in (runtime.Goexit)
		defer close(ended)
		f.err = ErrPanicked.Because(errors.New("load ended its goroutine"))
		defer func() {
			if r := recover(); r != nil {
				f.err = ErrPanicked.Because(fmt.Errorf("%v\n%s", r, debug.Stack()))
			}
		}()
		f.result, f.err = f.load(ctx, old)
	}()
	<-ended
	switch {
	case f.err == nil:
		return
	case errors.Is(f.err, ErrPanicked):
		c.o.Log.Error("a load panicked", "cache", c.o.Name, "error", f.err)
	case errors.Is(f.err, context.Canceled) && c.life.Err() != nil:
		f.err = ErrClosed.Because(f.err)
	case errors.Is(f.err, context.DeadlineExceeded) && ctx.Err() != nil:
		f.err = ErrLoadTime.Because(f.err)
	}
	f.result = Loaded[V]{}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
