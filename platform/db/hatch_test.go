package db_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

func TestAfter(t *testing.T) {
	dbtest.EachDB(t, dbtest.Migrations(t), "suite", func(t *testing.T, d *db.DB) {
		var called []string
		note := func(s string) func() { return func() { called = append(called, s) } }
		undone := errors.New("undone")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.After(note("undone"))
			return undone
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			tx.After(note("first"))
			if called != nil {
				t.Errorf("called before the commit: %q", called)
			}
			tx.After(note("last"))
			return add(t.Context(), tx, 1)
		}))
		if !slices.Equal(called, []string{"first", "last"}) {
			t.Errorf("called: %q", called)
		}
	})
}

// TestMigrateParts: a part has its own versions, beside those of the database's owner, and may come before them.
func TestMigrateParts(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)} }
	one := fstest.MapFS{
		"sqlite/00001_part.sql":   file("CREATE TABLE part (n BIGINT);"),
		"postgres/00001_part.sql": file("CREATE TABLE part (n BIGINT);"),
	}
	two := fstest.MapFS{
		"sqlite/00001_part.sql": one["sqlite/00001_part.sql"], "postgres/00001_part.sql": one["postgres/00001_part.sql"],
		"sqlite/00002_more.sql": file("INSERT INTO part (n) VALUES (7);"), "postgres/00002_more.sql": file("INSERT INTO part (n) VALUES (7);"),
	}
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		d := set.DB("suite")
		must(t, d.Migrate(t.Context(), "hotlane_part_version", one))
		must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
		for range 2 {
			must(t, d.Migrate(t.Context(), "hotlane_part_version", two))
		}
		var n, sum int
		must(t, d.QueryRow(t.Context(), "SELECT count(*), sum(n) FROM part").Scan(&n, &sum))
		if n != 1 || sum != 7 || count(t, d) != 0 {
			t.Errorf("%d rows of the part, sum %d, %d things", n, sum, count(t, d))
		}
	})
}

func TestNoHatchOnSQLite(t *testing.T) {
	d := dbtest.Open(t, dbtest.Migrations(t), "suite")
	if _, err := d.Pool(t.Context(), 1); err == nil {
		t.Error("there is a pool of pgx")
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Postgres(func(pgx.Tx) error { return nil }) })
	if err == nil {
		t.Error("there is a transaction of pgx")
	}
}
