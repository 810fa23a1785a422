package db

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// Dialect says which engine a database is on, for the few statements that differ.
type Dialect uint8

const (
	SQLite Dialect = iota
	Postgres
)

func (d Dialect) String() string { return [...]string{"sqlite", "postgres"}[d] }

// DB is one database. It is safe for use by many goroutines.
type DB struct {
	set     *Set
	name    string
	dialect Dialect
	dsn     telemetry.Secret
	opened  atomic.Pointer[engine]
	writers writers
}

func newDB(s *Set, name string, dsn telemetry.Secret) *DB {
	d := &DB{set: s, name: name, dsn: dsn}
	if dsn != "" {
		d.dialect = Postgres
	}
	return d
}

func (d *DB) Name() string { return d.name }

func (d *DB) Dialect() Dialect { return d.dialect }

// Read runs fn on one consistent snapshot, in which nothing can be written. Errors of fn come back as they are.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if err := d.writers.refuseNested(); err != nil {
		return err
	}
	_, err := d.attempt(ctx, reading, fn)
	return err
}

// Write runs fn in one transaction: durable when it returns nil, undone when fn fails or panics. On PostgreSQL fn runs
// again when it lost against another transaction, so it must be repeatable. The DB must not be used inside fn, only the Tx
// (ErrNested). Errors: db.unavailable where the database cannot write now; errors of fn come back as they are.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error { return d.write(ctx, writing, fn) }

// WriteSerializable is Write as if there were no other writer at the same time, on PostgreSQL too: for decisions that rest
// on more than one statement. It costs more repeats there.
func (d *DB) WriteSerializable(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, serializable, fn)
}

func (d *DB) write(ctx context.Context, m mode, fn func(*Tx) error) error {
	leave, err := d.writers.enter()
	if err != nil {
		return err
	}
	defer leave()
	for try := 1; ; try++ {
		again, err := marked(func() (bool, error) { return d.attempt(ctx, m, fn) })
		if err == nil || !again || try > d.set.cfg.Retries {
			return err
		}
		d.set.opt.Log.LogAttrs(ctx, -4, "db: a write lost against another and is repeated",
			attr("database", d.name), attr("error", err.Error()))
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// pause keeps the two that fought apart: 2 ms, then twice as long each time up to 128 ms, half of it by chance.
func pause(ctx context.Context, try int) error {
	most := 2 * time.Millisecond << min(try-1, 6)
	t := time.NewTimer(most/2 + rand.N(most/2))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt is one transaction. again: it lost against another one and nothing of it has happened.
func (d *DB) attempt(ctx context.Context, m mode, fn func(*Tx) error) (again bool, err error) {
	e, err := d.engine(ctx)
	if err != nil {
		return false, err
	}
	c, err := e.begin(ctx, m)
	if err != nil {
		return false, d.wrap(ctx, "", err)
	}
	t := &Tx{statements: statements{db: d, conn: c, reads: m == reading}}
	ended := false
	defer func() {
		if !ended { // fn panics
			t.finish(ctx, false)
		}
	}()
	err = fn(t)
	if t.failed != nil && (err == nil || lost(t.failed)) {
		err = t.failed
	}
	ended = true
	if end := t.finish(ctx, err == nil && ctx.Err() == nil); err == nil {
		err = end
	}
	if err == nil && ctx.Err() != nil && t.undone {
		err = fmt.Errorf("db %s: %w", d.name, ctx.Err())
	}
	return lost(err), err
}

func (d *DB) engine(ctx context.Context) (engine, error) {
	if e := d.opened.Load(); e != nil {
		return *e, nil
	}
	e, err := d.set.open(ctx, d)
	if err != nil {
		return nil, d.wrap(ctx, "", err)
	}
	return e, nil
}

// Query runs one reading statement by itself. The rows must be closed.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	if err := d.writers.refuseNested(); err != nil {
		return nil, err
	}
	e, err := d.engine(ctx)
	if err != nil {
		return nil, err
	}
	c, err := e.single(ctx)
	if err != nil {
		return nil, d.wrap(ctx, query, err)
	}
	s := &statements{db: d, conn: c, reads: true}
	rows, err := s.query(ctx, query, args)
	if err != nil {
		c.free()
		return nil, err
	}
	rows.release = c.free
	return rows, nil
}

// QueryRow runs one reading statement of which at most one row matters. Errors wait for Scan.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *Row {
	rows, err := d.Query(ctx, query, args...)
	return &Row{rows: rows, err: err}
}
