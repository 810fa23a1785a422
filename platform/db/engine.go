package db

import (
	"context"
	"database/sql"
)

// mode is the kind of a transaction.
type mode uint8

const (
	reading mode = iota
	writing
	serializable
)

// engine is what a dialect must be able to do.
type engine interface {
	begin(ctx context.Context, m mode) (conn, error) // a connection inside a new transaction
	single(ctx context.Context) (conn, error)        // a connection for one reading statement
	close() error
}

// conn is one connection, ours until end or free.
type conn interface {
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	execMany(ctx context.Context, query string, rows [][]any) (int64, error)
	end(ctx context.Context, commit bool) error // ends the transaction and gives the connection back
	free()                                      // gives back what single gave
}
