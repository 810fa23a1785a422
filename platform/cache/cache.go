package cache

import (
	"context"
	"sync"

	"github.com/maypok86/otter/v2"
)

// Cache keeps values in memory, before a Store that other nodes share. Values are shared by all who get them: they are read only.
type Cache[V any] struct {
	o       Options[V]
	memory  *otter.Cache[string, Loaded[V]]
	shared  bool // there is a Store to look into
	metrics cacheMetrics

	life  context.Context // of loads
	kill  context.CancelFunc
	open  context.Context // of waits for other nodes; ends first
	shut  context.CancelFunc
	loads sync.WaitGroup

	// mu guards what follows, and makes one step of looking at it and writing to memory.
	mu       sync.Mutex
	flights  map[string]*flight[V] // at most Options.Loads, but for those that were forgotten and still run
	running  int
	renewals int
	closed   bool
}

// New makes a cache, without I/O. Whoever makes it closes it.
func New[V any](o Options[V]) *Cache[V] {
	o = o.withDefaults()
	c := &Cache[V]{
		o:       o,
		shared:  o.Store != nil && o.Store.Shared() && o.Encode != nil && o.Decode != nil,
		metrics: newCacheMetrics(o.Metrics, o.Name),
		flights: make(map[string]*flight[V]),
	}
	c.memory = otter.Must(&otter.Options[string, Loaded[V]]{
		MaximumWeight: uint64(o.Memory),
		Weigher:       c.o.cost,
		Executor:      func(f func()) { f() }, // no goroutine of its own
	})
	c.life, c.kill = context.WithCancel(context.Background())
	c.open, c.shut = context.WithCancel(c.life)
	return c
}

// Get answers from memory, else from the Store, else by load. What is past Renew is answered at once, and one renewal runs beside. A
// load's error goes to all who wait for it and is not kept. Get fails with that, with ErrBusy, ErrClosed, ErrPanicked, ErrLoadTime, or
// with what ended ctx, which does not end the load; never because of the Store.
func (c *Cache[V]) Get(ctx context.Context, key string, load Load[V]) (Loaded[V], error) {
	if l, ok := c.memory.GetIfPresent(key); ok {
		now := c.o.Now()
		if now.Before(l.Renew) {
			c.metrics.memory.Inc()
			return l, nil
		}
		if now.Before(l.End) {
			c.metrics.stale.Inc()
			c.renew(key, l, load)
			return l, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return Loaded[V]{}, err
	}
	f, l, err := c.join(key, load)
	if err != nil || f == nil {
		return l, err
	}
	select {
	case <-f.done:
		return f.result, f.err
	case <-ctx.Done():
		return Loaded[V]{}, ctx.Err()
	}
}

// Peek looks only into memory, and allocates nothing. What it finds may be past Renew, never past End.
func (c *Cache[V]) Peek(key string) (Loaded[V], bool) {
	l, ok := c.memory.GetIfPresent(key)
	if !ok || !c.o.Now().Before(l.End) {
		return Loaded[V]{}, false
	}
	c.metrics.memory.Inc()
	return l, true
}

// Forget removes keys from memory and Store. When it returned nil, no load that began before, on any node, can put its result into the
// Store, nor on this node into memory. The memory of other nodes keeps what it has until Drop is called there, or End. When it
// fails, the Store may still have the keys; this node's memory does not.
func (c *Cache[V]) Forget(ctx context.Context, keys ...string) (err error) {
	if c.shared {
		err = c.deleteStore(ctx, keys)
	}
	// In this order: a load that finds the Store's value after this step began too early to be kept by the next.
	for _, key := range keys {
		c.Drop(key)
	}
	return err
}

// Drop removes a key from memory only, and keeps loads under way from putting it back there: what a node does that is told of a
// Forget elsewhere.
func (c *Cache[V]) Drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.detach(key)
	c.memory.Invalidate(key)
}

// detach makes a load under way one whose result is not kept, and lets the next who asks begin another.
func (c *Cache[V]) detach(key string) {
	if f := c.flights[key]; f != nil {
		f.forgotten = true
		delete(c.flights, key)
	}
}

// keep puts into memory what is not over.
func (c *Cache[V]) keep(key string, l Loaded[V]) {
	if c.o.Now().Before(l.End) {
		c.memory.Set(key, l)
	} else {
		c.memory.Invalidate(key)
	}
}

// Close refuses further loads and waits for those under way; when ctx ends, it ends their contexts and waits until they have
// returned. What is in memory is still answered.
func (c *Cache[V]) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.shut()
	defer context.AfterFunc(ctx, c.kill)()
	c.loads.Wait()
	c.kill()
	return ctx.Err()
}
