package dbtest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

func failedFunction(t *testing.T, d *db.DB) {
	mine := fault.New(fault.Conflict, "test.no", "No.")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		must(t, add(t.Context(), tx, 1, "a"))
		return mine
	})
	if err != error(mine) || count(t, d) != 0 {
		t.Errorf("%v, %d rows", err, count(t, d))
	}
}

func panics(t *testing.T, d *db.DB) {
	func() {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("the panic is %v", p)
			}
		}()
		_ = d.Write(t.Context(), func(tx *db.Tx) error {
			must(t, add(t.Context(), tx, 1, "a"))
			panic("boom")
		})
	}()
	must(t, d.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, 2, "b") }))
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func failedStatement(t *testing.T, d *db.DB) {
	var first error
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		must(t, add(t.Context(), tx, 1, "a"))
		first = add(t.Context(), tx, 1, "again")
		if err := add(t.Context(), tx, 2, "b"); !errors.Is(err, first) {
			t.Errorf("the next statement: %v", err)
		}
		return nil // as if nothing had been
	})
	if !db.IsUnique(first) || !errors.Is(err, first) || count(t, d) != 0 {
		t.Errorf("%v, then %v, %d rows", first, err, count(t, d))
	}
}

func snapshot(t *testing.T, d *db.DB) {
	must(t, d.Read(t.Context(), func(tx *db.Tx) error {
		look := func() (n int) {
			must(t, tx.QueryRow(t.Context(), "SELECT count(*) FROM things").Scan(&n))
			return n
		}
		before := look()
		must(t, d.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, 1, "a") }))
		if after := look(); after != before {
			t.Errorf("%d rows, then %d", before, after)
		}
		return nil
	}))
	if n := count(t, d); n != 1 {
		t.Errorf("%d rows after it", n)
	}
}

func readOnly(t *testing.T, d *db.DB) {
	err := d.Read(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, 1, "a") })
	if err == nil || fault.From(err).Kind != fault.Internal || fault.From(db.Fault(err)).Kind != fault.Internal {
		t.Errorf("a write in Read: %v", err)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func openRows(t *testing.T, d *db.DB) {
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT name FROM counters ORDER BY name")
		must(t, err)
		defer rows.Close()
		rows.Next()
		return add(t.Context(), tx, 1, "a")
	})
	if err == nil || !strings.Contains(err.Error(), "still open") {
		t.Errorf("%v", err)
	}
}

func rowsLeft(t *testing.T, d *db.DB) {
	for range 20 { // more than there are connections
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			rows, err := tx.Query(t.Context(), "SELECT name FROM counters ORDER BY name")
			must(t, err)
			rows.Next()
			return nil
		}))
		rows, err := d.Query(t.Context(), "SELECT name FROM counters")
		must(t, err)
		must(t, rows.Close())
		must(t, rows.Close())
	}
}

func times(t *testing.T, d *db.DB) {
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE counters SET n = $1", time.Now())
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "time.Time") {
		t.Errorf("%v", err)
	}
}

func nested(t *testing.T, d *db.DB) {
	b := db.NewBatcher(d, 1, func(context.Context, *db.Tx, []int) error { return nil })
	nothing := func(*db.Tx) error { return nil }
	for what, use := range map[string]func() error{
		"Write":    func() error { return d.Write(t.Context(), nothing) },
		"Read":     func() error { return d.Read(t.Context(), nothing) },
		"QueryRow": func() error { return d.QueryRow(t.Context(), "SELECT 1").Scan(new(int)) },
		"Do":       func() error { return b.Do(t.Context(), 1) },
	} {
		var inner error
		must(t, d.Write(t.Context(), func(*db.Tx) error {
			inner = use()
			return nil
		}))
		if !errors.Is(inner, db.ErrNested) {
			t.Errorf("%s inside Write: %v", what, inner)
		}
	}
	must(t, d.Write(t.Context(), nothing))
}

func endedBefore(t *testing.T, d *db.DB) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"Write":    d.Write(ctx, func(tx *db.Tx) error { return add(ctx, tx, 1, "a") }),
		"Read":     d.Read(ctx, func(tx *db.Tx) error { return tx.QueryRow(ctx, "SELECT 1").Scan(new(int)) }),
		"QueryRow": d.QueryRow(ctx, "SELECT 1").Scan(new(int)),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := count(t, d); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func endsInside(t *testing.T, d *db.DB) {
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Write(ctx, func(tx *db.Tx) error {
			must(t, add(ctx, tx, 1, "a"))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		ctx, cancel = context.WithCancel(t.Context())
		err = d.Write(ctx, func(tx *db.Tx) error {
			must(t, add(ctx, tx, 1, "a"))
			cancel()
			_ = add(ctx, tx, 2, "b")
			_ = add(t.Context(), tx, 3, "c") // must not run by itself after the transaction is gone
			return nil
		})
		if !errors.Is(err, context.Canceled) || count(t, d) != 0 {
			t.Errorf("%v, %d rows", err, count(t, d))
		}
	}
}

func afterEnd(t *testing.T, d *db.DB) {
	var kept *db.Tx
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		kept = tx
		return nil
	}))
	if err := add(t.Context(), kept, 1, "a"); err == nil || count(t, d) != 0 {
		t.Errorf("a statement after the end: %v", err)
	}
}

// each runs fn n times in each of some goroutines.
func each(t *testing.T, goroutines, n int, fn func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range n {
				if err := fn(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func counters(t *testing.T, d *db.DB) (a, b int) {
	t.Helper()
	must(t, d.Read(t.Context(), func(tx *db.Tx) error {
		must(t, tx.QueryRow(t.Context(), "SELECT n FROM counters WHERE name = 'a'").Scan(&a))
		return tx.QueryRow(t.Context(), "SELECT n FROM counters WHERE name = 'b'").Scan(&b)
	}))
	return a, b
}

func increments(t *testing.T, d *db.DB) {
	each(t, 8, 25, func() error {
		return d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE counters SET n = n + 1 WHERE name = 'a'")
			return err
		})
	})
	if a, _ := counters(t, d); a != 200 {
		t.Errorf("%d of 200", a)
	}
}

// serializable takes what it writes from what it read, in two rows.
func serializable(t *testing.T, d *db.DB) {
	each(t, 3, 10, func() error {
		return retried(t, func() error {
			return d.WriteSerializable(t.Context(), func(tx *db.Tx) error {
				var sum int
				if err := tx.QueryRow(t.Context(), "SELECT sum(n) FROM counters").Scan(&sum); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), "UPDATE counters SET n = $1 WHERE name = 'a'", sum+1)
				return err
			})
		})
	})
	if a, b := counters(t, d); a != 30 || b != 0 {
		t.Errorf("%d and %d, not 30 and 0", a, b)
	}
}

// retried does again what gave way too often, as a client would.
func retried(t *testing.T, fn func() error) error {
	for {
		err := fn()
		if !errors.Is(err, db.Unavailable) || t.Context().Err() != nil {
			return err
		}
	}
}
