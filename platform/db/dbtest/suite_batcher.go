package dbtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/db"
)

// addAll is what most of these tests apply: operation n is row n, and n < 0 panics.
func addAll(ctx context.Context, tx *db.Tx, ops []int) error {
	for _, n := range ops {
		if n < 0 {
			panic("a negative number")
		}
		if err := add(ctx, tx, n, fmt.Sprint("n", n)); err != nil {
			return err
		}
	}
	return nil
}

// run owns the batcher's goroutine until stop, which waits for it.
func run(t testing.TB, b *db.Batcher[int]) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		wg.Wait()
	})
}

func batchDurable(t *testing.T, d *db.DB) {
	var mu sync.Mutex
	sizes := 0
	commits := 0
	b := db.NewBatcher(d, 16, func(ctx context.Context, tx *db.Tx, ops []int) error {
		mu.Lock()
		defer mu.Unlock()
		if len(ops) > 16 {
			t.Errorf("%d operations in a commit", len(ops))
		}
		sizes += len(ops)
		commits++
		return addAll(ctx, tx, ops)
	})
	stop := run(t, b)
	defer stop()
	var wg sync.WaitGroup
	for w := range 32 {
		wg.Go(func() {
			for i := range 10 {
				if err := b.Do(t.Context(), w*10+i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, d); n != 320 || sizes != 320 || commits > 320 {
		t.Errorf("%d rows, %d operations in %d commits", n, sizes, commits)
	}
}

// held makes operations 0 and up queue behind one that waits for the release, so that they share a commit.
func held(t *testing.T, d *db.DB, n int) (b *db.Batcher[int], stop func(), release func()) {
	var first sync.Once
	inside, hold := make(chan struct{}), make(chan struct{})
	b = db.NewBatcher(d, n+1, func(ctx context.Context, tx *db.Tx, ops []int) error {
		first.Do(func() {
			close(inside)
			<-hold
		})
		return addAll(ctx, tx, ops)
	})
	stop = run(t, b)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.Do(t.Context(), 1000); err != nil {
			t.Error(err)
		}
	})
	<-inside
	return b, stop, func() {
		close(hold)
		wg.Wait()
	}
}

func batchBad(t *testing.T, d *db.DB) {
	ops := []int{1, 2, 2, -1, 3} // one of the twos is bad, and the panic
	b, stop, release := held(t, d, len(ops))
	defer stop()
	errs := make([]error, len(ops))
	var wg sync.WaitGroup
	for i, op := range ops {
		wg.Go(func() { errs[i] = b.Do(t.Context(), op) })
	}
	release()
	wg.Wait()
	if errs[0] != nil || errs[4] != nil || errs[3] == nil {
		t.Errorf("%v", errs)
	}
	if (errs[1] == nil) == (errs[2] == nil) || !db.IsUnique(errors.Join(errs[1], errs[2])) {
		t.Errorf("of two equal ones: %v, %v", errs[1], errs[2])
	}
	if n := count(t, d); n != 4 {
		t.Errorf("%d rows, not 4", n)
	}
}

func batchDropped(t *testing.T, d *db.DB) {
	b, stop, release := held(t, d, 4)
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = b.Do(ctx, i) })
	}
	cancel()
	wg.Wait()
	release()
	stop()
	for _, err := range errs {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows, not 1", n)
	}
}

func batchFlush(t *testing.T, d *db.DB) {
	b := db.NewBatcher(d, 8, addAll)
	stopped, cancel := context.WithCancel(context.Background())
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = b.Do(t.Context(), i) })
	}
	cancel()
	must(t, b.Run(stopped)) // takes what is there, then ends
	wg.Wait()
	acknowledged := 0
	for _, err := range errs {
		if err == nil {
			acknowledged++
		}
	}
	if n := count(t, d); n != acknowledged {
		t.Errorf("%d rows, %d acknowledged", n, acknowledged)
	}
	if err := b.Do(t.Context(), 99); err == nil {
		t.Error("taken after the end")
	}
	if err := b.Run(stopped); err == nil {
		t.Error("ran twice")
	}
}

// batchModel: whatever clients do, what is there is what was acknowledged.
func batchModel(t *testing.T, d *db.DB) {
	base := 0
	rapid.Check(t, func(r *rapid.T) {
		clients := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(-1, 20), 0, 6), 1, 8).Draw(r, "operations of clients")
		limit := rapid.IntRange(1, 5).Draw(r, "limit")
		base += 100
		b := db.NewBatcher(d, limit, addAll)
		stop := run(t, b)
		var mu sync.Mutex
		there := make(map[int]bool)
		var wg sync.WaitGroup
		for _, ops := range clients {
			wg.Go(func() {
				for _, op := range ops {
					if op >= 0 {
						op += base
					}
					if b.Do(t.Context(), op) == nil {
						mu.Lock()
						if there[op] {
							r.Errorf("%d was acknowledged twice", op)
						}
						there[op] = true
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		stop()
		var n int
		must(t, d.QueryRow(t.Context(), "SELECT count(*) FROM things WHERE id >= $1", base).Scan(&n))
		if n != len(there) {
			r.Errorf("%d rows, %d acknowledged", n, len(there))
		}
	})
}
