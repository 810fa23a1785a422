package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// pgConn is one connection while it is ours.
type pgConn struct {
	engine *pgEngine
	raw    *sql.Conn
	tx     pgx.Tx
}

// native lends the connection of pgx below database/sql.
func (c *pgConn) native(fn func(*pgx.Conn) error) error {
	return c.raw.Raw(func(dc any) error { return fn(dc.(*stdlib.Conn).Conn()) })
}

func (c *pgConn) begin(ctx context.Context, text string) error {
	return c.native(func(n *pgx.Conn) (err error) {
		c.tx, err = n.BeginTx(ctx, pgx.TxOptions{BeginQuery: text})
		return err
	})
}

const schemaKey = "hotlane.schema" // in the connection's data: what its session's search_path is

func (c *pgConn) useSchema(ctx context.Context) error {
	return c.native(func(n *pgx.Conn) error {
		if n.IsClosed() {
			return driver.ErrBadConn
		}
		data := n.PgConn().CustomData()
		if data[schemaKey] == c.engine.schema {
			return nil
		}
		delete(data, schemaKey)
		if _, err := n.Exec(ctx, "SET search_path TO "+pgx.Identifier{c.engine.schema}.Sanitize()); err != nil {
			return err
		}
		data[schemaKey] = c.engine.schema
		return nil
	})
}

func (c *pgConn) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return c.raw.ExecContext(ctx, c.engine.text(query), args...)
}

func (c *pgConn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return c.raw.QueryContext(ctx, c.engine.text(query), args...)
}

const maxBatch = 1000 // rows that travel together: their answers wait in memory

func (c *pgConn) execMany(ctx context.Context, query string, rows [][]any) (sum int64, err error) {
	text := c.engine.text(query)
	err = c.native(func(n *pgx.Conn) error {
		for len(rows) > 0 {
			part := rows[:min(len(rows), maxBatch)]
			rows = rows[len(part):]
			affected, err := sendMany(ctx, n, text, part)
			if err != nil {
				return err
			}
			sum += affected
		}
		return nil
	})
	return sum, err
}

func sendMany(ctx context.Context, n *pgx.Conn, text string, rows [][]any) (sum int64, err error) {
	var b pgx.Batch
	for _, args := range rows {
		b.Queue(text, args...)
	}
	res := n.SendBatch(ctx, &b)
	defer func() { err = errors.Join(err, res.Close()) }()
	for range rows {
		tag, err := res.Exec()
		if err != nil {
			return 0, err
		}
		sum += tag.RowsAffected()
	}
	return sum, nil
}

// end lets the server decide a commit: the context does not cut it off, the connection's time limit does.
func (c *pgConn) end(ctx context.Context, commit bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWait)
	defer cancel()
	err := c.native(func(n *pgx.Conn) error {
		if !commit {
			return c.tx.Rollback(ctx)
		}
		return c.tx.Commit(ctx)
	})
	if err != nil && !errors.Is(err, pgx.ErrTxCommitRollback) && state(err) == "" {
		c.drop()
		return err
	}
	c.free()
	return err
}

func (c *pgConn) free() { c.raw.Close() }

// drop takes a connection in doubt out of the pool.
func (c *pgConn) drop() {
	_ = c.raw.Raw(func(any) error { return driver.ErrBadConn })
	c.raw.Close()
}
