package profiles

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"sync"
)

// erased knows who was erased, on this node: the marks of all erasures that it has read, about 50 bytes each. There is no bound on them, since
// forgetting one would bring somebody back.
type erased struct {
	key  []byte // of the marks
	read func(ctx context.Context, beyond int64, visit func(mark)) (int64, error)

	one    sync.Mutex // only one reads
	number int64      // up to which they were read

	mu  sync.RWMutex // guards set; taken inside one
	set map[mark]struct{}
}

// mark of a person's id or folded username.
func (e *erased) mark(source string, b by, key string) (m mark) {
	h := hmac.New(sha256.New, e.key)
	h.Write([]byte(cacheKey(source, b, key)))
	copy(m[:], h.Sum(nil))
	return m
}

// has reports whether any of the marks has been erased.
func (e *erased) has(marks []mark) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for i := range marks {
		if _, is := e.set[marks[i]]; is {
			return true
		}
	}
	return false
}

func (e *erased) add(marks ...mark) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, m := range marks {
		e.set[m] = struct{}{}
	}
}

// catchUp reads the erasures of other nodes.
func (e *erased) catchUp(ctx context.Context) error {
	e.one.Lock()
	defer e.one.Unlock()
	number, err := e.read(ctx, e.number, func(m mark) { e.add(m) })
	if err == nil {
		e.number = number
	}
	return err
}
