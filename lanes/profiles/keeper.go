package profiles

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// beat is how often a node learns of others' erasures, and writes what it has counted.
const beat = time.Second

// keeper does what is due every second.
type keeper struct {
	s      *Service
	look   func(context.Context) (time.Duration, error) // at the database's clock: how far it is ahead
	skew   *atomic.Int64                                // what was seen last, in nanoseconds
	log    *slog.Logger
	beats  int
	failed bool // the last time, so that the log has it once
}

func (k *keeper) run(ctx context.Context) error {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			k.note(k.work(ctx))
		case <-ctx.Done():
			return nil
		}
	}
}

func (k *keeper) note(err error) {
	if err != nil && !k.failed {
		k.log.Warn("profiles: what is due every second could not be done", "error", err)
	}
	k.failed = err != nil
}

// work reads erasures each time, and does the rest every tenth.
func (k *keeper) work(ctx context.Context) error {
	errs := []error{k.s.erased.catchUp(ctx)}
	for _, src := range k.s.sources {
		errs = append(errs, src.drift.flush(ctx, k.beats%10 == 0))
	}
	if k.beats%10 == 0 {
		errs = append(errs, k.s.store.Sweep(ctx, k.s.now().UnixMicro()), k.measure(ctx))
	}
	k.beats++
	return errors.Join(errs...)
}

// measure takes the database's clock's skew.
func (k *keeper) measure(ctx context.Context) error {
	skew, err := k.look(ctx)
	if err == nil {
		k.skew.Store(int64(skew))
	}
	return err
}

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
