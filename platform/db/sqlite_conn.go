package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const maxCached = 512 // prepared statements of one connection

// sqliteConn is one connection with its prepared statements.
type sqliteConn struct {
	pool   *sqlitePool
	raw    *sql.Conn
	cached map[string]*sql.Stmt
	broken bool
}

// prepared compiles a statement at its first use. When the cache is full, some other one gives way.
func (c *sqliteConn) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.cached[query]; s != nil {
		return s, nil
	}
	s, err := c.raw.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(c.cached) >= maxCached {
		for text, old := range c.cached {
			delete(c.cached, text)
			old.Close()
			break
		}
	}
	c.cached[query] = s
	return s, nil
}

func (c *sqliteConn) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *sqliteConn) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *sqliteConn) execMany(ctx context.Context, query string, rows [][]any) (int64, error) {
	s, err := c.prepared(ctx, query)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, args := range rows {
		res, err := s.ExecContext(ctx, args...)
		if err != nil {
			return 0, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// end does not listen to the context: a commit is decided by the disk. Some errors have rolled back already, and a rollback
// then finds no transaction; a connection that is in doubt is replaced.
func (c *sqliteConn) end(ctx context.Context, commit bool) error {
	defer c.free()
	ctx = context.WithoutCancel(ctx)
	if commit {
		_, err := c.exec(ctx, "COMMIT", nil)
		if err == nil {
			if c.pool.checkpoints != nil {
				c.pool.checkpoints.committed(c.raw)
			}
			return nil
		}
		c.broken = true
		_, _ = c.exec(ctx, "ROLLBACK", nil)
		return err
	}
	if _, err := c.exec(ctx, "ROLLBACK", nil); err != nil {
		c.broken = true
	}
	return nil
}

func (c *sqliteConn) free() {
	if !c.broken {
		c.pool.free <- c
		return
	}
	c.drop()
	c.pool.free <- nil
}

func (c *sqliteConn) drop() {
	for _, s := range c.cached {
		s.Close()
	}
	c.raw.Close()
}

// expectWAL fails where the file system cannot have a write-ahead log (some network file systems).
func (e *sqliteEngine) expectWAL(ctx context.Context) error {
	c, err := e.writer.take(ctx)
	if err != nil {
		return err
	}
	defer c.free()
	var mode string
	if err := c.raw.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errors.Join(errNoWAL, fmt.Errorf("journal mode is %s", mode))
	}
	return nil
}

var errNoWAL = errors.New("db: the file system cannot have a write-ahead log: keep the data directory on a local disk")
