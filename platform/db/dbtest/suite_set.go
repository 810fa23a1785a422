package dbtest

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
)

func migrations(t *testing.T, set *db.Set) {
	before, err := set.Status(t.Context(), "suite", Migrations(t))
	must(t, err)
	if len(before) != 2 || !before[0].Applied.IsZero() || before[0].Version != 1 {
		t.Errorf("before: %v", before)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := set.Migrate(t.Context(), "suite", Migrations(t)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	after, err := set.Status(t.Context(), "suite", Migrations(t))
	must(t, err)
	if len(after) != 2 || after[0].Applied.IsZero() || after[1].Applied.IsZero() {
		t.Errorf("after: %v", after)
	}
	a, b := counters(t, set.DB("suite"))
	if a != 0 || b != 0 {
		t.Errorf("%d, %d", a, b)
	}
	bad := table("SELECT nonsense FROM nowhere")
	if err := set.Migrate(t.Context(), "broken", bad); err == nil {
		t.Error("a broken migration passes")
	}
	if err := set.Migrate(t.Context(), "empty", fstest.MapFS{}); err == nil {
		t.Error("no migrations pass")
	}
}

// table is one migration for both engines.
func table(statement string) fs.FS {
	file := &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + ";\n")}
	return fstest.MapFS{"sqlite/0001_table.sql": file, "postgres/0001_table.sql": file}
}

// apart: the same statement in three databases that share a pool means three tables, of different types even.
func apart(t *testing.T, set *db.Set) {
	must(t, set.Migrate(t.Context(), "one", table("CREATE TABLE t (v TEXT NOT NULL)")))
	must(t, set.Migrate(t.Context(), "two", table("CREATE TABLE t (v BIGINT NOT NULL)")))
	must(t, set.Migrate(t.Context(), "three", table("CREATE TABLE other (v BIGINT NOT NULL)")))
	write := func(name string, v any) error {
		return set.DB(name).Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO t (v) VALUES ($1)", v)
			return err
		})
	}
	must(t, write("one", "x"))
	must(t, write("two", 7))
	if err := write("three", 7); err == nil || fault.From(err).Kind != fault.Internal {
		t.Errorf("a table of another database: %v", err)
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := range 10 {
				name, want := "one", "x"
				if i%2 == 0 {
					name, want = "two", "7"
				}
				var inTx, alone any
				err := set.DB(name).Read(t.Context(), func(tx *db.Tx) error {
					return tx.QueryRow(t.Context(), "SELECT v FROM t").Scan(&inTx)
				})
				err = errors.Join(err, set.DB(name).QueryRow(t.Context(), "SELECT v FROM t").Scan(&alone))
				if err != nil || fmt.Sprint(inTx) != want || fmt.Sprint(alone) != want {
					t.Errorf("%s: %v, %v (%v)", name, inTx, alone, err)
				}
			}
		})
	}
	wg.Wait()
}

func badNames(t *testing.T, set *db.Set) {
	for _, name := range []string{"", "A", "../x", "a-b", "1a", `a"b`, "pg_catalog", "information_schema", string(make([]byte, 99))} {
		if err := set.DB(name).Read(t.Context(), func(*db.Tx) error { return nil }); err == nil {
			t.Errorf("%q passes", name)
		}
	}
}

func closed(t *testing.T, set *db.Set) {
	must(t, set.Migrate(t.Context(), "suite", Migrations(t)))
	d := set.DB("suite")
	must(t, set.Close())
	must(t, set.Close())
	nothing := func(*db.Tx) error { return nil }
	for what, err := range map[string]error{
		"Write": d.Write(t.Context(), nothing), "Read": d.Read(t.Context(), nothing),
		"another": set.DB("another").Read(t.Context(), nothing),
	} {
		if fault.From(err).Kind != fault.Unavailable {
			t.Errorf("%s after Close: %v", what, err)
		}
	}
}
