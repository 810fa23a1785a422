package cache

import (
	"context"
	"math/rand/v2"
	"time"
)

func (c *Cache[V]) storeKey(key string) string { return c.o.Name + ":" + key }

// across finds what the Store has, or loads under a claim while other nodes wait, or waits for the node that has the claim.
// Where the Store fails, each node loads by itself.
func (c *Cache[V]) across(f *flight[V]) {
	limit, cancel := context.WithTimeout(c.open, 2*c.o.LockFor) // nodes that die one after the other are not waited for
	defer cancel()
	for pause := c.o.Wait; ; pause = min(2*pause, 20*c.o.Wait) {
		l, ok, err := c.look(limit, f.key)
		if err != nil {
			break
		}
		if ok && c.adopt(f, l) {
			return
		}
		claim, ok, err := c.o.Store.Claim(limit, c.storeKey(f.key), c.o.LockFor)
		if err != nil {
			break
		}
		if ok {
			c.claimed(f, claim)
			return
		}
		if pause == c.o.Wait {
			c.metrics.elsewhere.Inc()
		}
		if !sleep(limit, pause) {
			break
		}
	}
	if c.open.Err() != nil {
		f.err = ErrClosed
		return
	}
	c.perform(f, f.old)
	c.settle(f, nil)
}

// claimed loads under a claim, unless another node did since the last look. Load is given what the Store has now, and nothing where
// it has nothing: what this node's memory has may have been forgotten by another, and must not come back as not modified.
func (c *Cache[V]) claimed(f *flight[V], claim Claim) {
	l, ok, err := c.look(c.life, f.key)
	f.stored = ok && err == nil
	var old *Loaded[V]
	if f.stored {
		if c.adopt(f, l) {
			claim.Release()
			return
		}
		f.old, old = &l, &l
	}
	c.perform(f, old)
	c.settle(f, claim)
}

// look answers what the Store has and has not ended.
func (c *Cache[V]) look(ctx context.Context, key string) (l Loaded[V], ok bool, err error) {
	b, ok, err := c.o.Store.Get(ctx, c.storeKey(key))
	if err != nil || !ok {
		return l, false, err
	}
	if l, err = c.decode(b); err != nil {
		c.o.Log.Warn("what the store has cannot be read and is loaded anew", "cache", c.o.Name, "error", err)
		return l, false, nil
	}
	return l, c.o.Now().Before(l.End), nil
}

// adopt makes what the Store has the result and puts it into memory, if it is fresh, or good enough for who has nothing.
func (c *Cache[V]) adopt(f *flight[V], l Loaded[V]) bool {
	if f.renewal && c.stale(l) {
		return false
	}
	f.result = l
	c.mu.Lock()
	defer c.mu.Unlock()
	if !f.forgotten {
		c.keep(f.key, l)
	}
	if !f.renewal {
		c.metrics.stored.Inc()
	}
	return true
}

func (c *Cache[V]) decode(b []byte) (l Loaded[V], err error) {
	renew, end, value, err := decodeEntry(b)
	if err != nil {
		return l, err
	}
	l = Loaded[V]{Renew: renew, End: end}
	l.Value, err = c.o.Decode(value)
	return l, err
}

// fill puts a result into the Store under the claim. false: it was forgotten, set, or the claim's time is over, so that it is not
// kept here either. Where the Store fails, nobody can know, and it is kept here.
func (c *Cache[V]) fill(f *flight[V], claim Claim) bool {
	b, ttl, err := c.encode(f.result)
	if err != nil || ttl <= 0 {
		claim.Release()
		return true
	}
	kept, err := claim.Set(c.life, b, ttl)
	if err != nil {
		claim.Release()
	}
	return kept || err != nil
}

func (c *Cache[V]) encode(l Loaded[V]) (b []byte, ttl time.Duration, err error) {
	if ttl = min(l.End.Sub(c.o.Now()), MaxTTL); ttl <= 0 {
		return nil, ttl, nil
	}
	if b, err = c.o.Encode(l.Value); err != nil {
		c.o.Log.Warn("a value cannot be encoded and is not shared", "cache", c.o.Name, "error", err)
		return nil, 0, err
	}
	return encodeEntry(l.Renew, l.End, b), ttl, nil
}

func (c *Cache[V]) deleteStore(ctx context.Context, keys []string) error {
	named := make([]string, len(keys))
	for i, key := range keys {
		named[i] = c.storeKey(key)
	}
	for len(named) > 0 {
		n := min(len(named), MaxKeys)
		if err := c.o.Store.Delete(ctx, named[:n]...); err != nil {
			return err
		}
		named = named[n:]
	}
	return nil
}

func release(claim Claim) {
	if claim != nil {
		claim.Release()
	}
}

// sleep waits for half of the pause to all of it, so that nodes do not look all at once.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause/2 + rand.N(pause/2+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
