package db

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// pgPool is the connections to one DSN, shared by all its schemas.
type pgPool struct {
	config *pgx.ConnConfig
	db     *sql.DB
}

const (
	idleInTx    = time.Minute     // after it the server ends a transaction that does nothing
	maxIdleTime = 5 * time.Minute // after it an idle connection is closed
	maxLifetime = time.Hour       // after it any is, so that a failover or a new address is found
	endWait     = 5 * time.Second // for a commit, a rollback, or a statement that was asked to give up
)

func newPgPool(dsn telemetry.Secret, cfg Config) (*pgPool, error) {
	config, err := pgConfig(dsn, cfg.ConnectTimeout)
	if err != nil {
		return nil, err
	}
	setup := fmt.Sprintf("SET statement_timeout = %d; SET idle_in_transaction_session_timeout = %d; SET TimeZone = 'UTC'",
		cfg.StatementTimeout.Milliseconds(), idleInTx.Milliseconds())
	p := &pgPool{config: config, db: stdlib.OpenDB(*config, stdlib.OptionAfterConnect(
		func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, setup)
			return err
		}))}
	p.db.SetMaxOpenConns(cfg.Connections)
	p.db.SetMaxIdleConns(cfg.Connections)
	p.db.SetConnMaxIdleTime(maxIdleTime)
	p.db.SetConnMaxLifetime(maxLifetime)
	return p, nil
}

// pgConfig: when a context ends, the server is asked to give up the statement, and only when that does not help is the
// connection closed (pgx would close it at once, and a client that leaves would cost a connection).
func pgConfig(dsn telemetry.Secret, connect time.Duration) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(dsn.Reveal())
	if err != nil {
		return nil, fmt.Errorf("db: the DSN cannot be read: %w", err) // pgx leaves the password out
	}
	config.ConnectTimeout = connect
	config.StatementCacheCapacity = 2 * maxCached
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "hotlane"
	}
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: endWait}
	}
	return config, nil
}

// pgEngine is one schema of a DSN.
type pgEngine struct {
	pool   *pgPool
	schema string
	begins [3]string // by mode
	texts  sync.Map  // statement → the same with the schema's name
}

// newPgEngine. BEGIN and the search path are one message: no round trip more than BEGIN alone, and nothing of one schema
// stays behind on the connection for the next.
func newPgEngine(p *pgPool, schema string) *pgEngine {
	path := "; SET LOCAL search_path TO " + pgx.Identifier{schema}.Sanitize()
	return &pgEngine{pool: p, schema: schema, begins: [...]string{
		reading:      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" + path,
		writing:      "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" + path,
		serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE" + path,
	}}
}

// text marks a statement with its schema. Prepared statements are kept by text, and the same text means another table in
// another schema.
func (e *pgEngine) text(query string) string {
	if t, ok := e.texts.Load(query); ok {
		return t.(string)
	}
	t, _ := e.texts.LoadOrStore(query, "/* "+e.schema+" */ "+query)
	return t.(string)
}

// begin tries once more with another connection: nothing has been done yet, and after a failover the pool is full of dead
// ones.
func (e *pgEngine) begin(ctx context.Context, m mode) (conn, error) {
	for try := 0; ; try++ {
		c, err := e.take(ctx)
		if err != nil {
			return nil, err
		}
		if err = c.begin(ctx, e.begins[m]); err == nil {
			return c, nil
		}
		c.drop()
		if try > 0 || ctx.Err() != nil || !isGone(err) {
			return nil, err
		}
	}
}

// single uses the search path of the session, which is set where another schema was the last one.
func (e *pgEngine) single(ctx context.Context) (conn, error) {
	for try := 0; ; try++ {
		c, err := e.take(ctx)
		if err != nil {
			return nil, err
		}
		if err = c.useSchema(ctx); err == nil {
			return c, nil
		}
		c.drop()
		if try > 0 || ctx.Err() != nil || !isGone(err) {
			return nil, err
		}
	}
}

func (e *pgEngine) take(ctx context.Context) (*pgConn, error) {
	raw, err := e.pool.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &pgConn{engine: e, raw: raw}, nil
}

// close leaves the pool to the Set: it is shared.
func (e *pgEngine) close() error { return nil }
