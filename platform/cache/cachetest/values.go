package cachetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
)

func values(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	missing(t, s, "k")
	value := []byte("one")
	must(t, s.Set(ctx, "k", value, long))
	value[0] = 'X' // the store has a copy
	holds(t, s, "k", "one")
	got, _, err := s.Get(ctx, "k")
	must(t, err)
	got[0] = 'Y' // and gives copies
	holds(t, s, "k", "one")
	must(t, s.Set(ctx, "k", []byte("two"), long))
	holds(t, s, "k", "two")
	missing(t, s, "K")
}

func valuesEnd(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	must(t, s.Set(ctx, "k", []byte("x"), short))
	must(t, s.Set(ctx, "longer", []byte("y"), long))
	o.pass(t, short, func() bool { _, ok, err := s.Get(ctx, "k"); return !ok && err == nil })
	holds(t, s, "longer", "y")
	must(t, s.Set(ctx, "k", []byte("1"), short))
	must(t, s.Set(ctx, "k", []byte("2"), long)) // a new time, not the rest of the old
	if o.Advance != nil {
		o.Advance(long - 1)
		holds(t, s, "k", "2")
		o.Advance(1)
		missing(t, s, "k")
	}
}

func anyBytes(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	keys := []string{
		"", " ", "\x00", "\r\n", "{", "}", "{}", "}{", "{a}b", "a}b{c", "*", "a:b", "a", "이름", "\xff\xfe", string(all),
		strings.Repeat("k", cache.MaxKey),
	}
	for i, key := range keys {
		must(t, s.Set(ctx, key, fmt.Appendf(nil, "%d%s", i, all), long))
	}
	for i, key := range keys {
		holds(t, s, key, fmt.Sprintf("%d%s", i, all))
		if n, err := s.Add(ctx, key, int64(i+1), long); err != nil || n != int64(i+1) {
			t.Fatalf("counter %q: %d, %v", key, n, err)
		}
		claim, ok, err := s.Claim(ctx, key, long)
		if err != nil || !ok {
			t.Fatalf("claim %q: %v, %v", key, ok, err)
		}
		if kept, err := claim.Set(ctx, nil, long); err != nil || !kept { // an empty value is one
			t.Fatalf("claim %q: %v, %v", key, kept, err)
		}
		holds(t, s, key, "")
	}
	must(t, s.Delete(ctx, keys...))
	for _, key := range keys {
		missing(t, s, key)
	}
}

func limits(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	big := bytes.Repeat([]byte("v"), cache.MaxValue)
	must(t, s.Set(ctx, "big", big, long))
	holds(t, s, "big", string(big))
	claim, _, err := s.Claim(ctx, "k", long)
	must(t, err)
	tooLong := strings.Repeat("k", cache.MaxKey+1)
	refused := map[string]struct{ got, want error }{}
	refuse := func(name string, want, got error) { refused[name] = struct{ got, want error }{got, want} }
	_, _, err = s.Get(ctx, tooLong)
	refuse("get", cache.ErrTooLarge, err)
	refuse("set", cache.ErrTooLarge, s.Set(ctx, tooLong, nil, long))
	refuse("value", cache.ErrTooLarge, s.Set(ctx, "k", append(big, 'v'), long))
	_, err = claim.Set(ctx, append(big, 'v'), long)
	refuse("value of a claim", cache.ErrTooLarge, err)
	refuse("delete", cache.ErrTooLarge, s.Delete(ctx, "big", tooLong))
	refuse("many", cache.ErrTooLarge, s.Delete(ctx, make([]string, cache.MaxKeys+1)...))
	_, err = s.Add(ctx, tooLong, 1, long)
	refuse("add", cache.ErrTooLarge, err)
	_, err = s.Take(ctx, tooLong, cache.Bucket{Rate: 1, Burst: 1}, 1)
	refuse("take", cache.ErrTooLarge, err)
	_, _, err = s.Lock(ctx, tooLong, long)
	refuse("lock", cache.ErrTooLarge, err)
	_, _, err = s.Claim(ctx, tooLong, long)
	refuse("claim", cache.ErrTooLarge, err)
	for _, ttl := range []time.Duration{0, -1, cache.MaxTTL + 1} {
		refuse(fmt.Sprint("set for ", ttl), cache.ErrTTL, s.Set(ctx, "k", nil, ttl))
		_, err = claim.Set(ctx, nil, ttl)
		refuse(fmt.Sprint("claim set for ", ttl), cache.ErrTTL, err)
		_, err = s.Add(ctx, "k", 1, ttl)
		refuse(fmt.Sprint("add for ", ttl), cache.ErrTTL, err)
		_, _, err = s.Lock(ctx, "k", ttl)
		refuse(fmt.Sprint("lock for ", ttl), cache.ErrTTL, err)
		_, _, err = s.Claim(ctx, "k", ttl)
		refuse(fmt.Sprint("claim for ", ttl), cache.ErrTTL, err)
	}
	for name, r := range refused {
		if !errors.Is(r.got, r.want) {
			t.Errorf("%s: %v, not %v", name, r.got, r.want)
		}
	}
	holds(t, s, "big", string(big))
	missing(t, s, "k")
	must(t, s.Set(ctx, "k", nil, 1)) // the least time there is
	must(t, s.Set(ctx, "k", nil, cache.MaxTTL))
	holds(t, s, "k", "")
}

func deletes(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	must(t, s.Delete(ctx))
	must(t, s.Delete(ctx, "never there"))
	keys := make([]string, 1234)
	for i := range keys {
		keys[i] = fmt.Sprint("k", i)
		must(t, s.Set(ctx, keys[i], []byte("x"), long))
	}
	must(t, s.Set(ctx, "other", []byte("x"), long))
	must(t, s.Delete(ctx, keys...))
	for _, key := range keys {
		missing(t, s, key)
	}
	holds(t, s, "other", "x")
}

func kinds(t *testing.T, o Opened) {
	s, ctx := o.Store, t.Context()
	slow := cache.Bucket{Rate: 1e-3, Burst: 5}
	must(t, s.Set(ctx, "k", []byte("text"), long))
	_, err := s.Add(ctx, "k", 7, long)
	must(t, err)
	_, err = s.Take(ctx, "k", slow, 5)
	must(t, err)
	unlock, ok, err := s.Lock(ctx, "k", long)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := s.Claim(ctx, "k", long); err != nil || !ok {
		t.Fatal(ok, err)
	}
	holds(t, s, "k", "text")
	must(t, s.Delete(ctx, "k"))
	missing(t, s, "k")
	if n, err := s.Add(ctx, "k", 1, long); n != 1 || err != nil {
		t.Errorf("counter %d, %v", n, err)
	}
	if taken, err := s.Take(ctx, "k", slow, 5); !taken.OK || err != nil {
		t.Errorf("bucket %v, %v", taken, err)
	}
	if _, ok, err := s.Claim(ctx, "k", long); !ok || err != nil {
		t.Errorf("claim %v, %v", ok, err)
	}
	if _, ok, err := s.Lock(ctx, "k", long); ok || err != nil {
		t.Errorf("Delete ended a lock: %v, %v", ok, err)
	}
	unlock()
}

func contexts(t *testing.T, o Opened) {
	s := o.Store
	must(t, s.Set(t.Context(), "k", []byte("x"), long))
	claim, _, err := s.Claim(t.Context(), "c", long)
	must(t, err)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for ctx, want := range map[context.Context]error{canceled: context.Canceled, late: context.DeadlineExceeded} {
		for name, call := range calls(s, claim) {
			if err := call(ctx); !errors.Is(err, want) {
				t.Errorf("%s: %v, not %v", name, err, want)
			}
		}
	}
	holds(t, s, "k", "x")
}

func closed(t *testing.T, o Opened) {
	s := o.Store
	must(t, s.Set(t.Context(), "k", []byte("x"), long))
	claim, _, err := s.Claim(t.Context(), "c", long)
	must(t, err)
	must(t, s.Close())
	must(t, s.Close())
	for name, call := range calls(s, claim) {
		if err := call(t.Context()); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	claim.Release()
}

func calls(s cache.Store, claim cache.Claim) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"get":    func(ctx context.Context) error { _, _, err := s.Get(ctx, "k"); return err },
		"set":    func(ctx context.Context) error { return s.Set(ctx, "k", nil, long) },
		"delete": func(ctx context.Context) error { return s.Delete(ctx, "k") },
		"add":    func(ctx context.Context) error { _, err := s.Add(ctx, "k", 1, long); return err },
		"take": func(ctx context.Context) error {
			_, err := s.Take(ctx, "k", cache.Bucket{Rate: 1, Burst: 1}, 1)
			return err
		},
		"lock":  func(ctx context.Context) error { _, _, err := s.Lock(ctx, "k", long); return err },
		"claim": func(ctx context.Context) error { _, _, err := s.Claim(ctx, "k", long); return err },
		"fill":  func(ctx context.Context) error { _, err := claim.Set(ctx, nil, long); return err },
	}
}
