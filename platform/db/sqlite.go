package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"time"

	"modernc.org/sqlite"
)

// sqliteEngine is one file: one connection that writes, some that read.
type sqliteEngine struct {
	path            string
	busy            time.Duration
	writer, readers *sqlitePool
}

// openSQLite makes the file when it is not there: the readers could not.
func openSQLite(ctx context.Context, path string, cfg Config, log *slog.Logger) (engine, error) {
	if err := makeFile(path); err != nil {
		return nil, unavailable(err)
	}
	e, err := newSQLiteEngine(path, cfg, log)
	if err != nil {
		return nil, err
	}
	if err := e.expectWAL(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, e.close()))
	}
	return e, nil
}

func newSQLiteEngine(path string, cfg Config, log *slog.Logger) (*sqliteEngine, error) {
	writer, err := newSQLitePool(writerDSN(path, cfg.BusyTimeout), 1)
	if err != nil {
		return nil, err
	}
	readers, err := newSQLitePool(readerDSN(path, cfg.BusyTimeout), cfg.Readers)
	if err != nil {
		return nil, errors.Join(err, writer.close())
	}
	if writer.checkpoints, err = newCheckpointer(sqliteDSN(path, "rw", cfg.BusyTimeout), log.With("file", path)); err != nil {
		return nil, errors.Join(err, readers.close(), writer.close())
	}
	return &sqliteEngine{path: path, busy: cfg.BusyTimeout, writer: writer, readers: readers}, nil
}

// makeFile makes an empty file for its owner only, if there is none. SQLite would let everybody read it; its log and its shared memory
// get the mode of the file (https://www.sqlite.org/src/file/src/os_unix.c, findCreateFileMode).
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // one that is there must not be opened: closing it would end SQLite's locks
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// writerDSN: https://www.sqlite.org/pragma.html. In WAL mode synchronous=FULL syncs the log at every commit.
func writerDSN(path string, busy time.Duration) string {
	return sqliteDSN(path, "rwc", busy, "journal_mode(WAL)", "synchronous(FULL)", "journal_size_limit(67108864)",
		fmt.Sprintf("wal_autocheckpoint(%d)", restartPages))
}

func readerDSN(path string, busy time.Duration) string {
	return sqliteDSN(path, "ro", busy, "query_only(1)")
}

// sqliteDSN turns off what PostgreSQL has not either: "text" in double quotes (_dqs).
func sqliteDSN(path, mode string, busy time.Duration, pragmas ...string) string {
	q := url.Values{"mode": {mode}, "_dqs": {"0"}, "_error_rc": {"1"}}
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()))
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "trusted_schema(0)")
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

func (e *sqliteEngine) begin(ctx context.Context, m mode) (conn, error) {
	pool, text := e.writer, "BEGIN IMMEDIATE"
	if m == reading {
		pool, text = e.readers, "BEGIN DEFERRED"
	}
	c, err := pool.take(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := c.exec(ctx, text, nil); err != nil {
		c.broken = true
		c.free()
		return nil, err
	}
	return c, nil
}

func (e *sqliteEngine) single(ctx context.Context) (conn, error) {
	c, err := e.readers.take(ctx)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// close ends all others first: the last connection of a file folds its log into it.
func (e *sqliteEngine) close() error {
	return errors.Join(e.readers.close(), e.writer.checkpoints.close(), e.writer.close())
}

// sqlitePool hands out connections that keep their prepared statements, which database/sql's own pool would look up anew
// for each transaction.
type sqlitePool struct {
	db    *sql.DB
	free  chan *sqliteConn // as many as the pool has; nil: not opened yet
	ended chan struct{}

	checkpoints *checkpointer // of the one that writes
}

func newSQLitePool(dsn string, size int) (*sqlitePool, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	p := &sqlitePool{db: sql.OpenDB(connector), free: make(chan *sqliteConn, size), ended: make(chan struct{})}
	p.db.SetMaxOpenConns(size)
	p.db.SetMaxIdleConns(0) // an idle one is ours, or it is broken
	for range size {
		p.free <- nil
	}
	return p, nil
}

func (p *sqlitePool) take(ctx context.Context) (*sqliteConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var c *sqliteConn
	select {
	case c = <-p.free:
	case <-p.ended:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c != nil {
		return c, nil
	}
	raw, err := p.db.Conn(ctx)
	if err != nil {
		p.free <- nil
		return nil, err
	}
	return &sqliteConn{pool: p, raw: raw, cached: make(map[string]*sql.Stmt)}, nil
}

const closeWait = 5 * time.Second // for what is still running

func (p *sqlitePool) close() error {
	close(p.ended)
	t := time.NewTimer(closeWait)
	defer t.Stop()
	for range cap(p.free) {
		select {
		case c := <-p.free:
			if c != nil {
				c.drop()
			}
		case <-t.C:
			return fmt.Errorf("db: still in use %s after it should close: %w", closeWait, p.db.Close())
		}
	}
	return p.db.Close()
}
