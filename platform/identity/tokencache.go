package identity

import (
	"crypto/sha256"
	"sync"
	"time"
)

// tokenCache remembers verified tokens by their hash, in two generations: when the young one has half the room, it becomes the old
// one and what the old one held and nobody asked for is forgotten.
type tokenCache struct {
	half int // 0: remembers nothing

	mu         sync.RWMutex
	young, old map[[sha256.Size]byte]verified
}

func newTokenCache(size int) *tokenCache {
	return &tokenCache{half: (size + 1) / 2, young: make(map[[sha256.Size]byte]verified)}
}

func (c *tokenCache) get(sum [sha256.Size]byte, now time.Time) (verified, bool) {
	c.mu.RLock()
	v, young := c.young[sum]
	found := young
	if !young {
		v, found = c.old[sum]
	}
	c.mu.RUnlock()
	if !found || !now.Before(v.until) {
		return verified{}, false
	}
	if !young {
		c.put(sum, v)
	}
	return v, true
}

func (c *tokenCache) put(sum [sha256.Size]byte, v verified) {
	if c.half == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, again := c.young[sum]; !again && len(c.young) >= c.half {
		c.old, c.young = c.young, make(map[[sha256.Size]byte]verified)
	}
	c.young[sum] = v
}
