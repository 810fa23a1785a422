// Package dbtest opens databases for tests, and holds the one suite that both engines must pass.
//
// Tests run on SQLite always, and on a real PostgreSQL with the build tag integration, where HOTLANE_TEST_POSTGRES is the
// DSN of a superuser: each test gets a database of its own, which is dropped at its end. Without the variable they fail.
package dbtest

import (
	"context"
	"embed"
	"io/fs"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
)

//go:embed migrations
var embedded embed.FS

// engine makes the configuration of an empty instance that is gone when the test ends.
type engine struct {
	name   string
	config func(testing.TB) db.Config
}

func sqlite(testing.TB) db.Config { return db.Config{} }

// Open is an empty, migrated database on SQLite.
func Open(t testing.TB, migrations fs.FS, name string) *db.DB {
	t.Helper()
	set := NewSet(t, db.Config{}, db.Options{})
	if err := set.Migrate(context.Background(), name, migrations); err != nil {
		t.Fatal(err)
	}
	return set.DB(name)
}

// NewSet is a Set in a folder of its own, closed when the test ends.
func NewSet(t testing.TB, cfg db.Config, opt db.Options) *db.Set {
	t.Helper()
	set := db.NewSet(cfg, t.TempDir(), opt)
	t.Cleanup(func() {
		if err := set.Close(); err != nil {
			t.Error(err)
		}
	})
	return set
}

// Each runs a test with an empty Set on every engine at hand.
func Each(t *testing.T, fn func(t *testing.T, set *db.Set)) {
	t.Helper()
	EachConfig(t, func(t *testing.T, cfg db.Config) { fn(t, NewSet(t, cfg, db.Options{})) })
}

// EachDB runs a test with an empty, migrated database on every engine at hand.
func EachDB(t *testing.T, migrations fs.FS, name string, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	Each(t, func(t *testing.T, set *db.Set) {
		if err := set.Migrate(t.Context(), name, migrations); err != nil {
			t.Fatal(err)
		}
		fn(t, set.DB(name))
	})
}

// EachConfig is for tests that make their Sets themselves: several on one instance, or with options.
func EachConfig(t *testing.T, fn func(t *testing.T, cfg db.Config)) {
	t.Helper()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) { fn(t, e.config(t)) })
	}
}

// Migrations are those of the suite: the tables things and counters.
func Migrations(t testing.TB) fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	return sub
}
