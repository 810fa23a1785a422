package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/hotlane/hotlane/platform/fault"
)

// Unavailable is what comes back while a database cannot be used: locked, full, read-only, gone or shutting down.
var Unavailable = fault.New(fault.Unavailable, "db.unavailable", "The database cannot do this now.").After(time.Second)

func unavailable(cause error) error { return Unavailable.Because(cause) }

// Fault makes Unavailable of an error that says the database cannot be used now, and leaves every other as it is. All that
// this package returns has been through it.
func Fault(err error) error {
	var f *fault.Error
	var w *wrapped
	if err == nil || errors.As(err, &f) || errors.As(err, &w) || !isDown(err) {
		return err
	}
	return unavailable(err)
}

// IsUnique says that a row was refused because its key is there already.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		c := e.Code()
		return c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
			c == sqlite3.SQLITE_CONSTRAINT_ROWID
	}
	return state(err) == "23505"
}

// state is the SQLSTATE of an error of PostgreSQL, empty for every other.
func state(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// isDown: https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html
func isDown(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL:
			return true
		}
		return false
	}
	if code := state(err); code != "" {
		switch code[:2] {
		case "08", "53", "57", "58", "40": // connection, resources, operator and time-outs, system, lost too often
			return true
		}
		return code == "25006" || code == "55P03" // read-only (a standby), lock not available
	}
	return isGone(err)
}

// isReadOnly: within Read this is our mistake and says nothing about the database.
func isReadOnly(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() == sqlite3.SQLITE_READONLY
	}
	return state(err) == "25006"
}

// isGone: the connection, not the statement, is what failed.
func isGone(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok && !isContext(err) {
		return true
	}
	for _, gone := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn, sql.ErrConnDone,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return pgconn.SafeToRetry(err) && !isContext(err)
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// lost: the transaction gave way to another one, and nothing of it has happened.
func lost(err error) bool {
	switch state(err) {
	case "40001", "40P01":
		return true
	case "0A000", "26000": // a migration changed what a prepared statement gives
		return strings.Contains(err.Error(), "cached plan") || state(err) == "26000"
	}
	return false
}

// interrupted: the statement was ended because its context was.
func interrupted(err error) bool {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()&0xff == sqlite3.SQLITE_INTERRUPT
	}
	return state(err) == "57014" || isContext(err) || isGone(err)
}

// wrap names the database and the statement, once.
func (d *DB) wrap(ctx context.Context, query string, err error) error {
	var f *fault.Error
	var w *wrapped
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows), errors.As(err, &f), errors.As(err, &w):
		return err
	case ctx.Err() != nil && interrupted(err):
		return &wrapped{fmt.Errorf("db %s: %s: %w", d.name, short(query), ctx.Err())}
	case errors.Is(err, pgx.ErrTxCommitRollback):
		return &wrapped{fmt.Errorf("db %s: the commit was a rollback: %w", d.name, err)}
	}
	w = &wrapped{fmt.Errorf("db %s: %s: %w", d.name, short(query), err)}
	if isDown(err) {
		return unavailable(w)
	}
	return w
}

// wrapped marks an error that has been through wrap.
type wrapped struct{ err error }

func (w *wrapped) Error() string { return w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }

// short is a statement on one line, for a log.
func short(query string) string {
	s := strings.Join(strings.Fields(query), " ")
	if r := []rune(s); len(r) > 80 {
		s = string(r[:79]) + "…"
	}
	return s
}

func attr(key, value string) slog.Attr { return slog.String(key, value) }
