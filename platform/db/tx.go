package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Tx is one transaction, for one goroutine, until the function that was given it returns.
type Tx struct {
	statements
	undone bool
	after  []func() // once it is committed
}

var (
	errEnded       = errors.New("the transaction has ended")
	errOpen        = errors.New("the rows of the last query are still open: close them first")
	errWriteInRead = errors.New("a write inside Read")
	errTime        = errors.New("time.Time as an argument: pass Unix seconds or microseconds, the engines keep times differently")
)

// Exec runs a statement that gives no rows.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.exec(ctx, query, args)
}

// ExecMany runs one statement once for each row of arguments, in order, and says how many rows changed in all. On
// PostgreSQL they travel together: one round trip, not one each.
func (t *Tx) ExecMany(ctx context.Context, query string, rows [][]any) (int64, error) {
	return t.execMany(ctx, query, rows)
}

// Query runs a statement that gives rows, INSERT … RETURNING included. The next statement must wait until they are closed.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	return t.query(ctx, query, args)
}

// QueryRow runs a statement of which at most one row matters. Errors wait for Scan.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	rows, err := t.query(ctx, query, args)
	return &Row{rows: rows, err: err}
}

// Dialect says which engine this is, for the few statements that differ.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// finish commits or rolls back, and closes what was left open.
func (t *Tx) finish(ctx context.Context, commit bool) error {
	if t.open != nil {
		t.open.Close()
	}
	c := t.conn
	t.conn = nil
	t.undone = !commit
	if err := c.end(ctx, commit); err != nil {
		t.undone = true
		if commit {
			return t.db.wrap(ctx, "COMMIT", err)
		}
	}
	if commit {
		for _, fn := range t.after {
			fn()
		}
	}
	return nil
}

// statements runs statements on one connection, one at a time.
type statements struct {
	db     *DB
	conn   conn
	open   *Rows
	reads  bool  // inside Read
	failed error // the first error: nothing runs after it
}

func (s *statements) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	if err := s.ready(query, args); err != nil {
		return nil, err
	}
	done := s.db.observe(ctx, query)
	res, err := s.conn.exec(ctx, query, args)
	done()
	return res, s.fail(ctx, query, err)
}

func (s *statements) execMany(ctx context.Context, query string, rows [][]any) (int64, error) {
	for _, args := range rows {
		if err := s.ready(query, args); err != nil {
			return 0, err
		}
	}
	if len(rows) == 0 {
		return 0, s.ready(query, nil)
	}
	done := s.db.observe(ctx, query)
	n, err := s.conn.execMany(ctx, query, rows)
	done()
	return n, s.fail(ctx, query, err)
}

func (s *statements) query(ctx context.Context, query string, args []any) (*Rows, error) {
	if err := s.ready(query, args); err != nil {
		return nil, err
	}
	done := s.db.observe(ctx, query)
	rows, err := s.conn.query(ctx, query, args)
	if err != nil {
		done()
		return nil, s.fail(ctx, query, err)
	}
	s.open = &Rows{rows: rows, of: s, ctx: ctx, text: query, done: done}
	return s.open, nil
}

func (s *statements) ready(query string, args []any) error {
	if s.failed != nil {
		return s.failed
	}
	err := error(nil)
	switch {
	case s.conn == nil:
		err = errEnded
	case s.open != nil:
		err = errOpen
	case hasTime(args):
		err = errTime
	default:
		return nil
	}
	s.failed = fmt.Errorf("db %s: %s: %w", s.db.name, short(query), err)
	return s.failed
}

func hasTime(args []any) bool {
	for _, a := range args {
		switch a.(type) {
		case time.Time, *time.Time, sql.NullTime:
			return true
		}
	}
	return false
}

// fail remembers the first error.
func (s *statements) fail(ctx context.Context, query string, err error) error {
	if err == nil {
		return nil
	}
	if s.reads && isReadOnly(err) {
		err = &wrapped{fmt.Errorf("db %s: %s: %w: %w", s.db.name, short(query), errWriteInRead, err)}
	}
	err = s.db.wrap(ctx, query, err)
	if s.failed == nil {
		s.failed = err
	}
	return err
}

// observe starts to take the time of a statement.
func (d *DB) observe(ctx context.Context, query string) func() {
	o := d.set.opt.Observer
	if o == nil {
		return func() {}
	}
	start := time.Now()
	return func() { o.Observe(ctx, d.name, query, time.Since(start)) }
}
