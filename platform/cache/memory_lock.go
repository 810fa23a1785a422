package cache

import (
	"context"
	"strings"
	"time"
)

func (m *memory) Lock(ctx context.Context, key string, ttl time.Duration) (unlock func(), ok bool, err error) {
	s := m.shard(key)
	token, err := m.hold(ctx, s, s.locks, key, ttl)
	if err != nil || token == 0 {
		return nil, false, err
	}
	return func() { m.free(s, s.locks, key, token) }, true, nil
}

func (m *memory) Claim(ctx context.Context, key string, ttl time.Duration) (claim Claim, ok bool, err error) {
	s := m.shard(key)
	token, err := m.hold(ctx, s, s.claims, key, ttl)
	if err != nil || token == 0 {
		return nil, false, err
	}
	return &memoryClaim{m: m, s: s, key: key, token: token}, true, nil
}

// hold answers a new token, or 0 where another is held.
func (m *memory) hold(ctx context.Context, s *memoryShard, holds *lru[uint64], key string, ttl time.Duration) (token uint64, err error) {
	if err := m.may(ctx, key); err != nil {
		return 0, err
	}
	if err := checkTTL(ttl); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.now()
	if _, _, held := holds.get(key, now); held {
		return 0, nil
	}
	token = m.tokens.Add(1)
	holds.set(strings.Clone(key), token, 8, now.Add(ttl))
	return token, nil
}

func (m *memory) free(s *memoryShard, holds *lru[uint64], key string, token uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held, _, ok := holds.get(key, m.now()); ok && held == token {
		holds.remove(key)
	}
}

type memoryClaim struct {
	m     *memory
	s     *memoryShard
	key   string
	token uint64
}

func (c *memoryClaim) Set(ctx context.Context, value []byte, ttl time.Duration) (kept bool, err error) {
	if err := c.m.may(ctx, c.key); err != nil {
		return false, err
	}
	if err := checkValue(value, ttl); err != nil {
		return false, err
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	now := c.m.now()
	if held, _, ok := c.s.claims.get(c.key, now); !ok || held != c.token {
		return false, nil
	}
	c.s.claims.remove(c.key)
	c.s.values.set(strings.Clone(c.key), copied(value), len(value), now.Add(ttl))
	return true, nil
}

func (c *memoryClaim) Release() { c.m.free(c.s, c.s.claims, c.key, c.token) }
