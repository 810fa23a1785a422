package cachetest

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/cache"
)

// reference is a Store as one would say it: plain maps, exact buckets in thousandths of tokens.
type reference struct {
	now    time.Duration
	values map[string]timed[string]
	counts map[string]timed[int64]
	milli  map[string]timed[int64] // tokens that a bucket held at its time
	locks  map[string]timed[func()]
	claims map[string]timed[cache.Claim]
}

type timed[T any] struct {
	what T
	end  time.Duration
}

func alive[T any](r *reference, m map[string]timed[T], key string) (T, bool) {
	v, ok := m[key]
	if !ok || r.now >= v.end {
		return *new(T), false
	}
	return v.what, true
}

// perSecond is a bucket's rate: one token a ms where the test has the clock, else none that anybody lives to see.
func (o Opened) perSecond() float64 {
	if o.Advance != nil {
		return 1000
	}
	return 1e-5
}

// model runs random histories against the reference.
func model(t *testing.T, o Opened) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		r := &reference{
			values: map[string]timed[string]{}, counts: map[string]timed[int64]{}, milli: map[string]timed[int64]{},
			locks: map[string]timed[func()]{}, claims: map[string]timed[cache.Claim]{},
		}
		key := func(rt *rapid.T) string {
			return fmt.Sprintf("%d/%s", n, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "key"))
		}
		ttl := func(rt *rapid.T) time.Duration {
			if o.Advance == nil {
				return long
			}
			return time.Duration(rapid.IntRange(1, 50).Draw(rt, "ttl")) * time.Millisecond
		}
		steps := map[string]func(*rapid.T){
			"set": func(rt *rapid.T) {
				k, v, d := key(rt), rapid.String().Draw(rt, "value"), ttl(rt)
				ok(rt, o.Store.Set(t.Context(), k, []byte(v), d))
				r.values[k] = timed[string]{v, r.now + d}
				delete(r.claims, k)
			},
			"get": func(rt *rapid.T) {
				k := key(rt)
				got, there, err := o.Store.Get(t.Context(), k)
				ok(rt, err)
				if want, is := alive(r, r.values, k); is != there || string(got) != want {
					rt.Fatalf("%s is %q, %v, not %q, %v", k, got, there, want, is)
				}
			},
			"delete": func(rt *rapid.T) {
				k, l := key(rt), key(rt)
				ok(rt, o.Store.Delete(t.Context(), k, l))
				for _, k := range []string{k, l} {
					delete(r.values, k)
					delete(r.counts, k)
					delete(r.milli, k)
					delete(r.claims, k)
				}
			},
			"add": func(rt *rapid.T) {
				k, by, d := key(rt), rapid.Int64Range(-9, 9).Draw(rt, "n"), ttl(rt)
				got, err := o.Store.Add(t.Context(), k, by, d)
				ok(rt, err)
				had, is := alive(r, r.counts, k)
				end := r.now + d
				if is {
					end = r.counts[k].end
				}
				r.counts[k] = timed[int64]{had + by, end}
				if got != had+by {
					rt.Fatalf("%s is %d, not %d", k, got, had+by)
				}
			},
			"take":  func(rt *rapid.T) { r.take(rt, t, o, key(rt)) },
			"lock":  func(rt *rapid.T) { r.lock(rt, t, o, key(rt), ttl(rt)) },
			"claim": func(rt *rapid.T) { r.claim(rt, t, o, key(rt), ttl(rt)) },
			"unlock": func(rt *rapid.T) {
				k := key(rt)
				if held := r.locks[k]; held.what != nil {
					held.what()
					delete(r.locks, k)
				}
			},
			"fill": func(rt *rapid.T) {
				k, d := key(rt), ttl(rt)
				_, is := alive(r, r.claims, k)
				held := r.claims[k].what
				if held == nil {
					return
				}
				kept, err := held.Set(t.Context(), []byte("filled"), d)
				ok(rt, err)
				if kept != is {
					rt.Fatalf("%s kept: %v, not %v", k, kept, is)
				}
				delete(r.claims, k)
				if kept {
					r.values[k] = timed[string]{"filled", r.now + d}
				}
			},
		}
		if o.Advance != nil {
			steps["pass"] = func(rt *rapid.T) {
				d := time.Duration(rapid.IntRange(1, 30).Draw(rt, "ms")) * time.Millisecond
				o.Advance(d)
				r.now += d
			}
		}
		rt.Repeat(steps)
	})
}

const modelBurst = 8

func (r *reference) take(rt *rapid.T, t *testing.T, o Opened, key string) {
	n := rapid.IntRange(1, modelBurst).Draw(rt, "n")
	got, err := o.Store.Take(t.Context(), key, cache.Bucket{Rate: o.perSecond(), Burst: modelBurst}, n)
	ok(rt, err)
	had := int64(modelBurst)
	if b, used := r.milli[key]; used {
		had = min(modelBurst, b.what+int64((r.now-b.end)/time.Millisecond))
	}
	want := cache.Taken{OK: had >= int64(n)}
	if want.OK {
		r.milli[key] = timed[int64]{had - int64(n), r.now}
	} else {
		want.Wait = time.Duration(int64(n)-had) * time.Millisecond
	}
	if got.OK != want.OK || (o.Advance != nil && got != want) {
		rt.Fatalf("%d of %d: %+v, not %+v", n, had, got, want)
	}
}

func (r *reference) lock(rt *rapid.T, t *testing.T, o Opened, key string, ttl time.Duration) {
	unlock, had, err := o.Store.Lock(t.Context(), key, ttl)
	ok(rt, err)
	if _, held := alive(r, r.locks, key); had == held {
		rt.Fatalf("lock %s: %v, held: %v", key, had, held)
	}
	if had {
		r.locks[key] = timed[func()]{unlock, r.now + ttl}
	}
}

func (r *reference) claim(rt *rapid.T, t *testing.T, o Opened, key string, ttl time.Duration) {
	c, had, err := o.Store.Claim(t.Context(), key, ttl)
	ok(rt, err)
	if _, held := alive(r, r.claims, key); had == held {
		rt.Fatalf("claim %s: %v, held: %v", key, had, held)
	}
	if had {
		r.claims[key] = timed[cache.Claim]{c, r.now + ttl}
	}
}

func ok(rt *rapid.T, err error) {
	if err != nil {
		rt.Fatal(err)
	}
}
