package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Observer is told about every statement that ended: the database's name, the statement's text as it was written, and how
// long it took, for a query until its rows were closed. It is called from many goroutines and must not block.
type Observer interface {
	Observe(ctx context.Context, database, statement string, d time.Duration)
}

// Options are what a Set can do without.
type Options struct {
	Observer Observer
	Log      *slog.Logger     // migrations and repeated writes; nil: nothing is logged
	Now      func() time.Time // the node's clock: skew is measured against it, backups are dated by it; nil: time.Now
}

// Set is the databases of one process.
type Set struct {
	cfg  Config
	data string
	opt  Options

	mu     sync.Mutex // guards what follows; held while a database is opened, never during a statement
	dbs    map[string]*DB
	pools  map[telemetry.Secret]*pgPool
	lock   *dirLock
	closed bool
}

// NewSet does no I/O: a database is opened when it is first used. dataDir holds the SQLite files; it is made when needed.
func NewSet(cfg Config, dataDir string, opt Options) *Set {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Set{
		cfg: cfg.withDefaults(), data: dataDir, opt: opt,
		dbs: make(map[string]*DB), pools: make(map[telemetry.Secret]*pgPool),
	}
}

// DB is the handle of one database. It does no I/O; a name that breaks the rule (small letters, digits and _, up to 48)
// fails at first use.
func (s *Set) DB(name string) *DB {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.dbs[name]
	if d == nil {
		d = newDB(s, name, s.cfg.dsn(name))
		s.dbs[name] = d
	}
	return d
}

// Close ends all connections and gives the data directory free. Whoever uses the databases must have ended before.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	for _, d := range s.dbs {
		if e := d.opened.Swap(nil); e != nil {
			errs = append(errs, (*e).close())
		}
	}
	for _, p := range s.pools {
		errs = append(errs, p.db.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

var errClosed = fault.New(fault.Unavailable, "db.closed", "The databases are closed.")

// open makes the engine of a database, once.
func (s *Set) open(ctx context.Context, d *DB) (engine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := d.opened.Load(); e != nil {
		return *e, nil
	}
	if s.closed {
		return nil, errClosed
	}
	if !goodName(d.name) {
		return nil, fmt.Errorf("db: the name %q %s", d.name, nameRule)
	}
	var e engine
	var err error
	if d.dialect == Postgres {
		e, err = s.openPostgres(d)
	} else if err = s.lockData(); err == nil {
		e, err = openSQLite(ctx, s.file(d.name), s.cfg, s.opt.Log)
	}
	if err != nil {
		return nil, err
	}
	d.opened.Store(&e)
	return e, nil
}

func (s *Set) openPostgres(d *DB) (engine, error) {
	pool := s.pools[d.dsn]
	if pool == nil {
		var err error
		if pool, err = newPgPool(d.dsn, s.cfg); err != nil {
			return nil, err
		}
		s.pools[d.dsn] = pool
	}
	return newPgEngine(pool, d.name), nil
}

func (s *Set) file(name string) string { return filepath.Join(s.data, name+".db") }

// lockData makes the data directory ours, if it is whole. s.mu is held.
func (s *Set) lockData() error {
	if err := s.lockAnyway(); err != nil {
		return err
	}
	return refuseHalfRestored(s.data)
}

func (s *Set) lockAnyway() (err error) {
	if s.lock != nil {
		return nil
	}
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return unavailable(fmt.Errorf("data directory: %w", err))
	}
	s.lock, err = lockDir(s.data)
	return err
}
