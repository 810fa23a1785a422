package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"

	"github.com/hotlane/hotlane/platform/fault"
)

var (
	errNotPostgres = errors.New("db: not PostgreSQL")
	errNoSchema    = fault.New(fault.Conflict, "db.not_migrated", "The database is not migrated: its schema is not there.")
)

// Postgres lends the transaction of pgx below t, for libraries that take one. It must not be ended, nor used after fn returns.
// As with a statement, an error of fn ends the transaction: nothing runs after it. On SQLite it is an error.
func (t *Tx) Postgres(fn func(pgx.Tx) error) error {
	const what = "pgx.Tx"
	if err := t.ready(what, nil); err != nil {
		return err
	}
	c, ok := t.conn.(*pgConn)
	if !ok {
		return errNotPostgres
	}
	err := c.native(func(*pgx.Conn) error { return fn(c.tx) })
	return t.fail(context.Background(), what, err)
}

// After has fn called once t is committed, on the goroutine of Write, in the order of the calls; it is not called when t is undone.
// fn must not block, fail, or use the database: it is for waking who waits for what was written, in this process. What must not be
// missed is found by looking, since the process may end between the commit and the call.
func (t *Tx) After(fn func()) { t.after = append(t.after, fn) }

// Pool opens connections of pgx to d's schema, beside those that all databases share, for libraries that need them for
// themselves; max is how many, at least 1. The caller closes it. On SQLite it is an error, and before the schema is made.
func (d *DB) Pool(ctx context.Context, max int) (*pgxpool.Pool, error) {
	e, err := d.engine(ctx)
	if err != nil {
		return nil, err
	}
	p, ok := e.(*pgEngine)
	if !ok {
		return nil, errNotPostgres
	}
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	watch := config.ConnConfig.BuildContextWatcherHandler // pgx's own: ours asks the server, which does nothing for one who listens
	config.ConnConfig = p.pool.config.Copy()
	config.ConnConfig.BuildContextWatcherHandler = watch
	config.MaxConns, config.MaxConnIdleTime, config.MaxConnLifetime = int32(max), maxIdleTime, maxLifetime
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error { return d.prepareConn(ctx, p, c) }
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, d.wrap(ctx, "connect", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, d.wrap(ctx, "connect", err)
	}
	return pool, nil
}

func (d *DB) prepareConn(ctx context.Context, p *pgEngine, c *pgx.Conn) error {
	_, err := c.Exec(ctx, fmt.Sprintf("SET search_path TO %s; SET statement_timeout = %d; SET TimeZone = 'UTC'",
		pgx.Identifier{p.schema}.Sanitize(), d.set.cfg.StatementTimeout.Milliseconds()))
	if err != nil {
		return err
	}
	var there bool
	if err := c.QueryRow(ctx, "SELECT current_schema() IS NOT NULL").Scan(&there); err != nil {
		return err
	}
	if !there {
		return errNoSchema
	}
	return nil
}

// Migrate brings a part of d up to the last of its migrations, beside those of the database's owner: files as in Set.Migrate, their
// versions in a table of this name. Parts are what the platform keeps in a lane's database; their tables begin with hotlane_.
func (d *DB) Migrate(ctx context.Context, table string, migrations fs.FS) error {
	return d.set.migrator(ctx, d.name, migrations, d.set.up(ctx, d.name), goose.WithTableName(table))
}
