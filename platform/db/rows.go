package db

import (
	"context"
	"database/sql"
)

// Rows are what a query gave: Next, Scan, Close and Err as in database/sql.
type Rows struct {
	rows    *sql.Rows
	of      *statements
	ctx     context.Context
	text    string
	done    func()
	release func()
	closed  bool
}

// Next goes to the next row and says whether there is one. After the last it closes the rows.
func (r *Rows) Next() bool {
	if r.closed {
		return false
	}
	if r.rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Scan copies the columns of this row.
func (r *Rows) Scan(dest ...any) error {
	if err := r.rows.Scan(dest...); err != nil {
		return r.of.db.wrap(r.ctx, r.text, err)
	}
	return nil
}

// Err is what ended the rows early, nil when nothing did.
func (r *Rows) Err() error {
	return r.of.db.wrap(r.ctx, r.text, r.rows.Err())
}

// Close may be called more than once.
func (r *Rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	err := r.rows.Close()
	if e := r.rows.Err(); e != nil {
		err = e
	}
	r.done()
	if r.of.open == r {
		r.of.open = nil
	}
	err = r.of.fail(r.ctx, r.text, err)
	if r.release != nil {
		r.release()
	}
	return err
}

// Row is at most one row.
type Row struct {
	rows *Rows
	err  error
}

// Scan copies the columns of the row; sql.ErrNoRows, as it is, when there is none.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		r.rows.Close()
		return err
	}
	return r.rows.Close()
}

// Querier is a *DB or a *Tx.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*Rows, error)
}

// Column are the values of a query's only column, in its order.
func Column[T any](ctx context.Context, from Querier, query string, args ...any) (list []T, err error) {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var value T
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, rows.Err()
}
