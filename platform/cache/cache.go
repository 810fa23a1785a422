package cache

import (
	"context"
	"log/slog"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
)

// ErrBusy is the answer to a Get that would have to load while Options.Loads are under way.
var ErrBusy = fault.New(fault.Unavailable, "cache.busy", "Too much is being loaded at once.")

// Options say what a Cache keeps and how. Zero values mean the defaults in brackets.
type Options[V any] struct {
	Name   string                  // a short word: the metrics' label, and what the Store's keys begin with
	Store  Store                   // nil, or not shared: memory only
	Memory int64                   // bytes of the memory tier [16 MiB]
	Size   func(V) int             // bytes that a value takes in memory
	Encode func(V) ([]byte, error) // nil: memory only
	Decode func([]byte) (V, error) // of what Encode gave, perhaps in another version of the program: what it refuses is loaded anew

	Now     func() time.Time      // [time.Now]
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted

	LoadTime time.Duration // a load's context ends after it [10s]
	LockFor  time.Duration // a node that dies while it loads is replaced after it [LoadTime + 1s, which is also the least]
	Wait     time.Duration // the first pause of a node that waits for another's load; it grows to 20 times that [10ms]
	Retry    time.Duration // after a renewal that failed, the next one begins so much later, unless the error says when [1s]
	Loads    int           // loads at one time, renewals among them; beyond it Get answers ErrBusy [4096]
	Renewals int           // renewals at one time; beyond it the stale value is served and renewed when next asked for [64]
}

// Loaded is a value with its times. It is served as it is until Renew; until End it is served while one renewal runs. A negative
// answer is a Value too. What has no End after now is handed to who waits and not kept.
type Loaded[V any] struct {
	Value      V
	Renew, End time.Time
}

// Load finds a key's value anew. old is what is served meanwhile; nil: nothing is. Its context has Options.LoadTime and does not end
// with the caller's.
type Load[V any] = func(ctx context.Context, old *Loaded[V]) (Loaded[V], error)

// Cache keeps values in memory, before a Store that other nodes share.
type Cache[V any] struct {
	o      Options[V]
	memory *otter.Cache[string, Loaded[V]]
}

// New makes a cache, without I/O. Whoever makes it closes it.
func New[V any](o Options[V]) *Cache[V] { return &Cache[V]{o: o} }

// Get answers from memory, else from the Store, else by load.
func (c *Cache[V]) Get(ctx context.Context, key string, load Load[V]) (Loaded[V], error) {
	return load(ctx, nil)
}

// Peek looks only into memory, and allocates nothing. What it finds may be past Renew, never past End.
func (c *Cache[V]) Peek(key string) (l Loaded[V], ok bool) { return l, false }

// Put keeps what somebody knows to be newer than any load under way.
func (c *Cache[V]) Put(ctx context.Context, key string, l Loaded[V]) {}

// Forget removes keys from memory and Store.
func (c *Cache[V]) Forget(ctx context.Context, keys ...string) error { return nil }

// Drop removes a key from memory only.
func (c *Cache[V]) Drop(key string) {}

// Close refuses further loads and waits for those under way.
func (c *Cache[V]) Close(ctx context.Context) error { return nil }
