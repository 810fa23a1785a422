package cache

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/fault"
)

// What a Cache answers when it cannot load.
var (
	ErrBusy     = fault.New(fault.Unavailable, "cache.busy", "Too much is being loaded at once.").After(time.Second)
	ErrLoadTime = fault.New(fault.Timeout, "cache.load_time", "What was asked for took too long to load.")
	ErrPanicked = fault.New(fault.Internal, "cache.load_panicked", "Something went wrong on our side.")
)

// Options say what a Cache keeps and how. Zero values mean the defaults in brackets.
type Options[V any] struct {
	Name   string                  // a short word: the metrics' label, and what the Store's keys begin with
	Store  Store                   // nil, or not shared: memory only
	Memory int64                   // bytes of the memory tier [16 MiB]
	Size   func(V) int             // bytes that a value takes in memory; nil: what its own struct takes is not counted
	Encode func(V) ([]byte, error) // nil: memory only
	Decode func([]byte) (V, error) // of what Encode gave, perhaps in another version of the program: what it refuses is loaded anew

	Now     func() time.Time      // [time.Now]; Renew and End are times of it
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted

	LoadTime time.Duration // a load's context ends after it [10s]
	LockFor  time.Duration // a node that dies while it loads is replaced after it [LoadTime + 1s, which is also the least]
	Wait     time.Duration // the first pause of a node that waits for another's load; it grows to 20 times that [10ms]
	Retry    time.Duration // a renewal that failed puts Renew off by so much, unless the error is a fault that says by how much [1s]
	Loads    int           // loads at one time, renewals among them; beyond it Get answers ErrBusy [4096]
	Renewals int           // renewals at one time; beyond it the stale value is served and renewed when next asked for [64]
}

func (o Options[V]) withDefaults() Options[V] {
	if o.Memory <= 0 {
		o.Memory = 16 << 20
	}
	if o.Size == nil {
		o.Size = func(V) int { return 0 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	orElse(&o.LoadTime, 10*time.Second)
	o.LockFor = max(o.LockFor, o.LoadTime+time.Second)
	orElse(&o.Wait, 10*time.Millisecond)
	orElse(&o.Retry, time.Second)
	orElse(&o.Loads, 4096)
	orElse(&o.Renewals, 64)
	return o
}

func orElse[N int | time.Duration](v *N, otherwise N) {
	if *v <= 0 {
		*v = otherwise
	}
}

// loadedCost is about what an entry takes in memory beside its key's bytes and Size.
const loadedCost = 200

func (o *Options[V]) cost(key string, l Loaded[V]) uint32 {
	return uint32(min(int64(len(key))+int64(o.Size(l.Value))+loadedCost, math.MaxUint32))
}

// Loaded is a value with its times. It is served as it is until Renew; until End it is served while one renewal runs. A negative
// answer is a Value too. What has no End after now is handed to who waits and not kept.
type Loaded[V any] struct {
	Value      V
	Renew, End time.Time
}

// Load finds a key's value anew. old is what is served meanwhile, to be read only; nil: nothing is, or
// the Store lost it. Its context has Options.LoadTime
// and does not end with the caller's. Who asks for a key at one time shares the load of the first.
type Load[V any] = func(ctx context.Context, old *Loaded[V]) (Loaded[V], error)
