package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
)

func add(ctx context.Context, tx *db.Tx, id int) error {
	_, err := tx.Exec(ctx, "INSERT INTO things (id, name) VALUES ($1, $2)", id, fmt.Sprint("n", id))
	return err
}

func count(t testing.TB, d *db.DB) (n int) {
	t.Helper()
	must(t, d.QueryRow(context.Background(), "SELECT count(*) FROM things").Scan(&n))
	return n
}

// filled is an instance in dir with n rows.
func filled(t *testing.T, dir string, n int) *db.Set {
	t.Helper()
	set := db.NewSet(db.Config{}, dir, db.Options{})
	t.Cleanup(func() { _ = set.Close() })
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	must(t, set.DB("suite").Write(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			if err := add(t.Context(), tx, i); err != nil {
				return err
			}
		}
		return nil
	}))
	return set
}

func TestDataDirectoryIsOurs(t *testing.T) {
	dir := t.TempDir()
	first := filled(t, dir, 3)
	second := db.NewSet(db.Config{}, dir, db.Options{})
	err := second.DB("suite").Read(t.Context(), func(*db.Tx) error { return nil })
	if !errors.Is(err, db.InUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("the second: %v", err)
	}
	must(t, first.Close())
	if n := count(t, second.DB("suite")); n != 3 {
		t.Errorf("%d rows", n)
	}
	must(t, second.Close())
}

// TestFilesAreTheirOwners: what is in the databases is nobody else's to read, nor what is in a copy.
func TestFilesAreTheirOwners(t *testing.T) {
	dir, copied, restored := t.TempDir(), filepath.Join(t.TempDir(), "copy"), t.TempDir()
	first := filled(t, dir, 3)
	_, err := first.Backup(t.Context(), copied)
	must(t, err)
	second := db.NewSet(db.Config{}, restored, db.Options{})
	t.Cleanup(func() { _ = second.Close() })
	_, err = second.Restore(t.Context(), copied, false)
	must(t, err)
	if n := count(t, second.DB("suite")); n != 3 {
		t.Errorf("%d rows", n)
	}
	seen := 0
	for _, in := range []string{dir, copied, restored} {
		entries, err := os.ReadDir(in)
		must(t, err)
		for _, e := range entries {
			info, err := e.Info()
			must(t, err)
			if mode := info.Mode().Perm(); mode != 0o600 {
				t.Errorf("%s has the mode %o", filepath.Join(in, e.Name()), mode)
			}
			seen++
		}
	}
	if seen < 9 { // three files of each database, and what stands beside
		t.Errorf("%d files were looked at", seen)
	}
}

func TestSettings(t *testing.T) {
	d := filled(t, t.TempDir(), 0).DB("suite")
	check := func(tx *db.Tx, pragma, want string) {
		var got string
		must(t, tx.QueryRow(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, not %s", pragma, got, want)
		}
	}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		check(tx, "journal_mode", "wal")
		check(tx, "synchronous", "2") // FULL
		check(tx, "foreign_keys", "1")
		check(tx, "busy_timeout", "5000")
		return nil
	}))
	must(t, d.Read(t.Context(), func(tx *db.Tx) error {
		check(tx, "query_only", "1")
		return nil
	}))
}

// raw opens the file beside the Set, as another program would.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	other, err := sql.Open("sqlite", path)
	must(t, err)
	other.SetMaxOpenConns(1)
	t.Cleanup(func() { other.Close() })
	return other
}

func TestUnavailable(t *testing.T) {
	dir := t.TempDir()
	set := db.NewSet(db.Config{BusyTimeout: time.Millisecond}, dir, db.Options{})
	t.Cleanup(func() { _ = set.Close() })
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	d := set.DB("suite")
	insert := func() error {
		return d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO things (id, name, body) VALUES ((SELECT count(*) FROM things), $1, $2)",
				time.Now().String(), make([]byte, 100_000))
			return err
		})
	}
	check := func(what string, err error) {
		t.Helper()
		f := fault.From(err)
		if f.Code != "db.unavailable" || f.Kind != fault.Unavailable || f.RetryAfter <= 0 {
			t.Errorf("%s: %v", what, err)
		}
	}

	other := raw(t, filepath.Join(dir, "suite.db"))
	_, err := other.Exec("BEGIN IMMEDIATE")
	must(t, err)
	check("locked", insert())
	count(t, d) // reading goes on
	_, err = other.Exec("ROLLBACK")
	must(t, err)
	must(t, insert())

	must(t, d.Write(t.Context(), func(tx *db.Tx) error { // as small as it is
		return tx.QueryRow(t.Context(), "PRAGMA max_page_count = 1").Scan(new(int))
	}))
	check("full", insert())
	must(t, insert()) // a connection in doubt was replaced, and with it the limit
	if n := count(t, d); n != 2 {
		t.Errorf("%d rows, not 2", n)
	}

	gone := db.NewSet(db.Config{}, filepath.Join(dir, "suite.db", "no folder"), db.Options{})
	check("no folder", gone.DB("suite").Read(t.Context(), func(*db.Tx) error { return nil }))
}

// TestStatementCache runs more texts than are kept.
func TestStatementCache(t *testing.T) {
	d := filled(t, t.TempDir(), 0).DB("suite")
	for i := range 1100 {
		var n int
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), fmt.Sprintf("SELECT %d", i)).Scan(&n)
		}))
		if n != i {
			t.Fatalf("%d, not %d", n, i)
		}
	}
}
