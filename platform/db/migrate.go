package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
)

// Migration is one step of a database's schema.
type Migration struct {
	Version int64
	File    string
	Applied time.Time // zero: not yet
}

// Migrate brings a database up to the last of its migrations: goose files in the subfolders sqlite/ and postgres/. Each
// database has its own version table. Several processes may call it at once: on PostgreSQL one works and the others wait,
// asking every second for up to five minutes; on SQLite only one has the data directory.
func (s *Set) Migrate(ctx context.Context, name string, migrations fs.FS) error {
	return s.migrator(ctx, name, migrations, s.up(ctx, name))
}

func (s *Set) up(ctx context.Context, name string) func(*goose.Provider) error {
	return func(p *goose.Provider) error {
		done, err := p.Up(ctx)
		for _, r := range done {
			s.opt.Log.LogAttrs(ctx, 0, "db: migrated", attr("database", name), attr("migration", r.Source.Path))
		}
		return err
	}
}

// Status lists the migrations of a database in order, and which of them are applied.
func (s *Set) Status(ctx context.Context, name string, migrations fs.FS) (list []Migration, err error) {
	err = s.migrator(ctx, name, migrations, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, m := range status {
			list = append(list, Migration{Version: m.Source.Version, File: m.Source.Path, Applied: m.AppliedAt})
		}
		return err
	})
	return list, err
}

// migrator runs fn with a connection of its own: the settings of the others (statement time-out, prepared statements) are
// not made for it.
func (s *Set) migrator(
	ctx context.Context, name string, migrations fs.FS, fn func(*goose.Provider) error, opts ...goose.ProviderOption,
) error {
	d := s.DB(name)
	sub, err := fs.Sub(migrations, d.dialect.String())
	if err != nil {
		return fmt.Errorf("db %s: migrations: %w", name, err)
	}
	e, err := d.engine(ctx)
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case *sqliteEngine:
		err = e.migrate(ctx, sub, fn, opts)
	case *pgEngine:
		err = e.migrate(ctx, sub, fn, opts)
	}
	if err != nil {
		return d.wrap(ctx, "migrate", err)
	}
	return nil
}

// migrate holds the writer's place meanwhile.
func (e *sqliteEngine) migrate(
	ctx context.Context, sub fs.FS, fn func(*goose.Provider) error, opts []goose.ProviderOption,
) (err error) {
	c, err := e.writer.take(ctx)
	if err != nil {
		return err
	}
	defer c.free()
	connector, err := sqlite.NewConnector(writerDSN(e.path, e.busy))
	if err != nil {
		return err
	}
	return provide(goose.DialectSQLite3, sql.OpenDB(connector), sub, fn, opts...)
}

// lockTimeout bounds how long a migration queues for a table, since whoever comes after it queues too.
const lockTimeout = 10 * time.Second

func (e *pgEngine) migrate(
	ctx context.Context, sub fs.FS, fn func(*goose.Provider) error, opts []goose.ProviderOption,
) error {
	config := e.pool.config.Copy()
	config.StatementCacheCapacity = 0
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	path := pgx.Identifier{e.schema}.Sanitize()
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, fmt.Sprintf("SET search_path TO %s; SET lock_timeout = %d; SET statement_timeout = 0",
			path, lockTimeout.Milliseconds()))
		return err
	}))
	if err := createSchema(ctx, db, path); err != nil {
		return errors.Join(err, db.Close())
	}
	h := fnv.New64a()
	h.Write([]byte("hotlane.migrate." + e.schema))
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(int64(h.Sum64())), lock.WithLockTimeout(1, 300))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return provide(goose.DialectPostgres, db, sub, fn, append(opts, goose.WithSessionLocker(locker))...)
}

const schemaLock = 7_016_893_412 // advisory: CREATE SCHEMA IF NOT EXISTS fails when two run it at once

func createSchema(ctx context.Context, db *sql.DB, schema string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(schemaLock)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+schema); err != nil {
		return err
	}
	return tx.Commit()
}

func provide(
	dialect goose.Dialect, db *sql.DB, sub fs.FS, fn func(*goose.Provider) error, opts ...goose.ProviderOption,
) (err error) {
	defer func() { err = errors.Join(err, db.Close()) }()
	opts = append(opts, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	p, err := goose.NewProvider(dialect, db, sub, opts...)
	if err != nil {
		return err
	}
	return fn(p)
}
