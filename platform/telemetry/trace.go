package telemetry

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Kinds of work that a request's trace counts.
const (
	Query = "db"    // one statement; its name is the literal text
	Cache = "cache" // one cache read; its name is the key's family
)

// RepeatsAt is how often a request may run one statement before it is reported as N+1.
const RepeatsAt = 3

const maxNames = 256 // distinct names that a trace remembers; what comes after is only added up

// Trace adds up what one request had done on its behalf. It is safe for use by several goroutines.
type Trace struct {
	tracer trace.Tracer // nil: no spans

	mu    sync.Mutex
	kinds []kindSum // few: searched in order
	names map[workKey]int
}

type kindSum struct {
	kind  string
	count int
	spent time.Duration
}

type workKey struct{ kind, name string }

// Repeat is one statement that a request ran again and again.
type Repeat struct {
	Name  string
	Count int
}

type traceKey struct{}

// Begin returns a context whose work is added up, and the sum.
func Begin(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// TraceFrom returns the request's trace, nil when it has none: in production without tracing. Whoever must take the time of
// something only for Observe asks first.
func TraceFrom(ctx context.Context) *Trace {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	return t
}

// Observe adds a piece of work that has just ended and took d. It does nothing when the request has no trace.
func Observe(ctx context.Context, kind, name string, d time.Duration) {
	t := TraceFrom(ctx)
	if t == nil {
		return
	}
	t.add(kind, name, d)
	if t.tracer != nil {
		t.span(ctx, kind, name, d)
	}
}

func (t *Trace) add(kind, name string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sum(kind)
	s.count++
	s.spent += d
	key := workKey{kind, name}
	if _, known := t.names[key]; known || len(t.names) < maxNames {
		if t.names == nil {
			t.names = make(map[workKey]int)
		}
		t.names[key]++
	}
}

func (t *Trace) sum(kind string) *kindSum {
	for i := range t.kinds {
		if t.kinds[i].kind == kind {
			return &t.kinds[i]
		}
	}
	t.kinds = append(t.kinds, kindSum{kind: kind})
	return &t.kinds[len(t.kinds)-1]
}

// Count is how many pieces of work of a kind were observed so far.
func (t *Trace) Count(kind string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sum(kind).count
}

// Repeats lists the statements that ran RepeatsAt times or more, most often first, then by text.
func (t *Trace) Repeats() []Repeat {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.repeats()
}
