//go:build integration

package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
)

// TestPgxTx: what is done through pgx is part of the transaction, in its schema.
func TestPgxTx(t *testing.T) {
	set := dbtest.NewSet(t, dbtest.Postgres(t), db.Options{})
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	d := set.DB("suite")
	insert := func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO things (id, name) VALUES (2, 'two')")
		return err
	}
	undone := errors.New("undone")
	both := func(end error) error {
		return d.Write(t.Context(), func(tx *db.Tx) error {
			if err := add(t.Context(), tx, 1); err != nil {
				return err
			}
			if err := tx.Postgres(insert); err != nil {
				return err
			}
			return end
		})
	}
	if err := both(undone); !errors.Is(err, undone) || count(t, d) != 0 {
		t.Errorf("%d rows when undone: %v", count(t, d), err)
	}
	must(t, both(nil))
	if n := count(t, d); n != 2 {
		t.Errorf("%d rows", n)
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_ = tx.Postgres(insert)          // the key is there
		return add(t.Context(), tx, 100) // nothing runs after it
	})
	if !db.IsUnique(err) || count(t, d) != 2 {
		t.Errorf("%d rows after a failure: %v", count(t, d), err)
	}
}

// TestPool: its connections work in the schema of the database, and there are no more of them than was said.
func TestPool(t *testing.T) {
	set := dbtest.NewSet(t, dbtest.Postgres(t), db.Options{})
	d := set.DB("suite")
	if _, err := d.Pool(t.Context(), 1); fault.From(err).Code != "db.not_migrated" {
		t.Errorf("before the schema is there: %v", err)
	}
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	must(t, d.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, 1) }))
	pool, err := d.Pool(t.Context(), 2)
	must(t, err)
	defer pool.Close()
	var n int
	must(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM things").Scan(&n))
	if most := pool.Stat().MaxConns(); n != 1 || most != 2 {
		t.Errorf("%d rows, up to %d connections", n, most)
	}
	c, err := pool.Acquire(t.Context()) // who listens stops listening at once, and the connection is whole
	must(t, err)
	defer c.Release()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := c.Conn().WaitForNotification(ctx); err == nil {
		t.Error("a notification came")
	}
	must(t, c.QueryRow(t.Context(), "SELECT 1").Scan(&n))
}
