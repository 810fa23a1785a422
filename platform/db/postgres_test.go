//go:build integration

package db_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
)

func benchEngines() []benchEngine {
	return []benchEngine{{"sqlite", sqliteConfig}, {"postgres", dbtest.Postgres}}
}

func onPostgres(t *testing.T, change func(*db.Config)) *db.Set {
	t.Helper()
	cfg := dbtest.Postgres(t)
	change(&cfg)
	set := dbtest.NewSet(t, cfg, db.Options{})
	for _, name := range []string{"suite", "second", "third"} {
		must(t, set.Migrate(t.Context(), name, dbtest.Migrations(t)))
	}
	return set
}

// TestPostgresPool: the schemas of a DSN share its connections, and no more are made than the configuration says.
func TestPostgresPool(t *testing.T) {
	set := onPostgres(t, func(c *db.Config) { c.Connections = 2 })
	var wg sync.WaitGroup
	for _, name := range []string{"suite", "second", "third"} {
		for range 8 {
			wg.Go(func() {
				for range 5 {
					err := set.DB(name).Write(t.Context(), func(tx *db.Tx) error {
						_, err := tx.Exec(t.Context(), "UPDATE counters SET n = n + 1 WHERE name = $1", "a")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	var connections, n int
	must(t, set.DB("suite").QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND backend_type = 'client backend'`).Scan(&connections))
	if connections > 2 {
		t.Errorf("%d connections, 2 are allowed", connections)
	}
	for _, name := range []string{"suite", "second", "third"} {
		must(t, set.DB(name).QueryRow(t.Context(), "SELECT n FROM counters WHERE name = $1", "a").Scan(&n))
		if n != 40 {
			t.Errorf("%s: %d of 40", name, n)
		}
	}
}

// TestPostgresFailover: the server ends all connections; a transaction under way fails, the next one finds a new connection.
func TestPostgresFailover(t *testing.T) {
	set := onPostgres(t, func(c *db.Config) { c.Connections = 4 })
	d := set.DB("suite")
	kill := func() {
		must(t, set.DB("second").QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(new(int)))
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		must(t, add(t.Context(), tx, 1))
		kill()
		return add(t.Context(), tx, 2)
	})
	code(t, err, "db.unavailable")
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		must(t, add(t.Context(), tx, 1))
		kill()
		return nil // the commit fails
	})
	code(t, err, "db.unavailable")
	for i := range 8 {
		kill()
		must(t, d.Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, 10+i) }))
	}
	if n := count(t, d); n != 8 {
		t.Errorf("%d rows, not 8", n)
	}
}

// TestPostgresDeadlock makes two writes take two rows in opposite order; the one that loses runs again.
func TestPostgresDeadlock(t *testing.T) {
	d := onPostgres(t, func(*db.Config) {}).DB("suite")
	var both, wg sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			meet := sync.OnceFunc(func() {
				both.Done()
				both.Wait()
			})
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				for _, name := range order {
					if _, err := tx.Exec(t.Context(), "UPDATE counters SET n = n + 1 WHERE name = $1", name); err != nil {
						return err
					}
					meet()
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var n int
	must(t, d.QueryRow(t.Context(), "SELECT sum(n) FROM counters").Scan(&n))
	if n != 4 {
		t.Errorf("%d of 4", n)
	}
}

func TestPostgresTimeouts(t *testing.T) {
	d := onPostgres(t, func(c *db.Config) { c.StatementTimeout, c.Connections = 50*time.Millisecond, 1 }).DB("suite")
	sleep := func(ctx context.Context) error {
		return d.Read(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "SELECT pg_sleep($1)", 30)
			return err
		})
	}
	code(t, sleep(t.Context()), "db.unavailable")
	backend := func() (pid int) {
		must(t, d.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
		return pid
	}
	before := backend()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := sleep(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if after := backend(); after != before {
		t.Errorf("a client that left cost a connection: backend %d, then %d", before, after)
	}
}

func TestPostgresSkew(t *testing.T) {
	cfg := dbtest.Postgres(t)
	set := dbtest.NewSet(t, cfg, db.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	skew, err := set.Skew(t.Context())
	if err != nil || (skew-time.Hour).Abs() > time.Minute {
		t.Errorf("%v (%v), not one hour", skew, err)
	}
}

// TestPostgresMigrateTogether: several processes start at once.
func TestPostgresMigrateTogether(t *testing.T) {
	cfg := dbtest.Postgres(t)
	var wg sync.WaitGroup
	for range 3 {
		set := dbtest.NewSet(t, cfg, db.Options{})
		wg.Go(func() {
			if err := set.Migrate(t.Context(), "suite", dbtest.Migrations(t)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestPostgresGone(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{DSN: "postgres://u:secret@127.0.0.1:1/none", ConnectTimeout: time.Second}, db.Options{})
	err := set.DB("suite").Write(t.Context(), func(*db.Tx) error { return nil })
	if fault.From(err).Kind != fault.Unavailable {
		t.Errorf("%v", err)
	}
}
