package cache

import (
	"bytes"
	"context"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// memoryShards is few, so that a value of MaxValue fits into one of the default size.
const memoryShards = 4

// memory is a Store in this process. Values take up to three quarters of its bytes, and counters, buckets, locks and claims a
// sixteenth each, so that none of them pushes out another kind. When a part is full, what was used least recently goes.
type memory struct {
	now    func() time.Time
	seed   maphash.Seed
	tokens atomic.Uint64 // names who holds what
	closed atomic.Bool
	shards [memoryShards]memoryShard
}

type memoryShard struct {
	mu      sync.Mutex
	values  *lru[[]byte]
	counts  *lru[int64]
	buckets *lru[level]
	locks   *lru[uint64]
	claims  *lru[uint64]
}

func newMemory(room int64, now func() time.Time) *memory {
	m := &memory{now: now, seed: maphash.MakeSeed()}
	for i := range m.shards {
		part := room / memoryShards / 16
		m.shards[i] = memoryShard{
			values: newLRU[[]byte](12 * part), counts: newLRU[int64](part), buckets: newLRU[level](part),
			locks: newLRU[uint64](part), claims: newLRU[uint64](part),
		}
	}
	return m
}

func (m *memory) shard(key string) *memoryShard {
	return &m.shards[maphash.String(m.seed, key)%memoryShards]
}

// may is what all calls ask first.
func (m *memory) may(ctx context.Context, key string) error {
	if m.closed.Load() {
		return ErrClosed
	}
	return check(ctx, key)
}

func check(ctx context.Context, key string) error {
	if len(key) > MaxKey {
		return ErrTooLarge
	}
	return ctx.Err()
}

func checkTTL(ttl time.Duration) error {
	if ttl <= 0 || ttl > MaxTTL {
		return ErrTTL
	}
	return nil
}

func checkValue(value []byte, ttl time.Duration) error {
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	return checkTTL(ttl)
}

func checkCount(n int64) error {
	if n > MaxCount || n < -MaxCount {
		return ErrCount
	}
	return nil
}

func (m *memory) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	if err := m.may(ctx, key); err != nil {
		return nil, false, err
	}
	s := m.shard(key)
	s.mu.Lock()
	value, _, ok = s.values.get(key, m.now())
	s.mu.Unlock()
	return bytes.Clone(value), ok, nil // values are replaced, never changed
}

func (m *memory) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := m.may(ctx, key); err != nil {
		return err
	}
	if err := checkValue(value, ttl); err != nil {
		return err
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims.remove(key)
	s.values.set(strings.Clone(key), copied(value), len(value), m.now().Add(ttl))
	return nil
}

// copied is never nil, so that an empty value is one.
func copied(value []byte) []byte { return append(make([]byte, 0, len(value)), value...) }

func (m *memory) Delete(ctx context.Context, keys ...string) error {
	if len(keys) > MaxKeys {
		return ErrTooLarge
	}
	for _, key := range keys {
		if err := m.may(ctx, key); err != nil {
			return err
		}
	}
	for _, key := range keys {
		s := m.shard(key)
		s.mu.Lock()
		s.values.remove(key)
		s.counts.remove(key)
		s.buckets.remove(key)
		s.claims.remove(key)
		s.mu.Unlock()
	}
	return nil
}

func (m *memory) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	if err := m.may(ctx, key); err != nil {
		return 0, err
	}
	if err := checkTTL(ttl); err != nil {
		return 0, err
	}
	if err := checkCount(n); err != nil {
		return 0, err
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now()
	count, end, ok := s.counts.get(key, now)
	if err := checkCount(count + n); err != nil {
		return 0, err
	}
	if !ok {
		end = now.Add(ttl)
	}
	s.counts.set(strings.Clone(key), count+n, 8, end)
	return count + n, nil
}

func (m *memory) Take(ctx context.Context, key string, b Bucket, n int) (Taken, error) {
	if err := m.may(ctx, key); err != nil {
		return Taken{}, err
	}
	if !b.allows(n) {
		return Taken{}, ErrBucket
	}
	s := m.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now()
	held, _, ok := s.buckets.get(key, now)
	if !ok {
		held = level{tokens: float64(b.Burst), at: now.UnixMicro()}
	}
	after, taken, changed := held.take(b, n, now.UnixMicro())
	if changed {
		s.buckets.set(strings.Clone(key), after, 16, now.Add(after.fills(b)))
	}
	return taken, nil
}

func (m *memory) Shared() bool { return false }

func (m *memory) Close() error {
	m.closed.Store(true)
	return nil
}
