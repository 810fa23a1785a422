// Package cachetest is what every Store must keep, whatever is behind it, and the Redis servers that tests need.
package cachetest

import (
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

// Opened is a store that holds nothing, and its clock.
type Opened struct {
	Store   cache.Store
	Advance func(time.Duration) // nil: time passes by itself
}

// Suite runs every promise of cache.Store against fresh stores of open, which closes them when its test ends.
func Suite(t *testing.T, open func(t *testing.T) Opened) {
	for _, promise := range []struct {
		name string
		test func(*testing.T, Opened)
	}{
		{"values", values},
		{"values end", valuesEnd},
		{"any bytes", anyBytes},
		{"limits", limits},
		{"delete", deletes},
		{"counters", counters},
		{"counters end as they began", countersEnd},
		{"counters under concurrency", countersConcurrent},
		{"buckets", buckets},
		{"buckets wait", bucketsWait},
		{"buckets under concurrency", bucketsConcurrent},
		{"locks", locks},
		{"locks end", locksEnd},
		{"locks under concurrency", locksConcurrent},
		{"claims", claims},
		{"claims end", claimsEnd},
		{"kinds live apart", kinds},
		{"contexts", contexts},
		{"closed", closed},
		{"model", model},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.test(t, open(t)) })
	}
}

// long is a time that no test lives to see the end of.
const long = time.Hour

// short is a time that real clocks are waited for.
const short = 40 * time.Millisecond

// pass lets time pass until done, at least d of it.
func (o Opened) pass(t *testing.T, d time.Duration, done func() bool) {
	t.Helper()
	if o.Advance != nil {
		o.Advance(d)
		if !done() {
			t.Fatal("it is not over when its time is")
		}
		return
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	give := time.NewTimer(20 * time.Second)
	defer give.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-give.C:
			t.Fatal("it is not over long after its time was")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, s cache.Store, key, want string) {
	t.Helper()
	got, ok, err := s.Get(t.Context(), key)
	if err != nil || !ok || string(got) != want {
		t.Fatalf("%q is %.40q, %v, %v, not %.40q", key, got, ok, err, want)
	}
}

func missing(t *testing.T, s cache.Store, key string) {
	t.Helper()
	got, ok, err := s.Get(t.Context(), key)
	if err != nil || ok || got != nil {
		t.Fatalf("%q is %.40q, %v, %v, not missing", key, got, ok, err)
	}
}
