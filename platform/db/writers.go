package db

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"sync"
)

// ErrNested is the use of a DB inside its own Write: only the Tx may be used there. On SQLite it would wait for itself.
var ErrNested = errors.New("db: a database is used inside its own Write: use the Tx")

// writers knows which goroutines are inside Write. The function that Write runs is given no context, so that nothing but
// the goroutine tells a nested call from one beside it. Its number takes 20 µs to find out, and under load there is always a write
// under way: so it is only asked for where the stack has a Write of some database on it, which takes a tenth of that.
type writers struct {
	mu     sync.Mutex
	inside map[int64]struct{}
}

func (w *writers) enter() (leave func(), err error) {
	id := goroutine()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, nested := w.inside[id]; nested {
		return nil, ErrNested
	}
	if w.inside == nil {
		w.inside = make(map[int64]struct{})
	}
	w.inside[id] = struct{}{}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.inside, id)
	}, nil
}

func (w *writers) refuseNested() error {
	w.mu.Lock()
	busy := len(w.inside) > 0
	w.mu.Unlock()
	if !busy || !calledFrom(markedAt()) {
		return nil
	}
	id := goroutine()
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, nested := w.inside[id]; nested {
		return ErrNested
	}
	return nil
}

// goroutine is the number of the calling goroutine, from the first line of its stack: "goroutine 18 [running]:".
func goroutine() int64 {
	var buf [32]byte
	b := buf[len("goroutine "):runtime.Stack(buf[:], false)]
	if i := bytes.IndexByte(b, ' '); i > 0 {
		b = b[:i]
	}
	id, _ := strconv.ParseInt(string(b), 10, 64)
	return id
}

// marked calls fn. That it does stands on the stack meanwhile.
//
//go:noinline
func marked(fn func() (bool, error)) (bool, error) { return fn() }

// markedAt is where fn returns to in marked.
var markedAt = sync.OnceValue(func() uintptr {
	var at [1]uintptr
	_, _ = marked(func() (bool, error) {
		runtime.Callers(2, at[:])
		return false, nil
	})
	return at[0]
})

// calledFrom says whether a call from there is on the stack.
func calledFrom(at uintptr) bool {
	var stack [64]uintptr
	for skip := 2; ; skip += len(stack) {
		n := runtime.Callers(skip, stack[:])
		if slices.Contains(stack[:n], at) {
			return true
		}
		if n < len(stack) {
			return false
		}
	}
}
