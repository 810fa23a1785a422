package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"

	"github.com/hotlane/hotlane/platform/fault"
)

const (
	restoringSuffix = ".restoring"
	incompleteName  = "restore.incomplete" // there while files are exchanged
)

// Restore fills the data directory from a backup. It refuses while an instance runs (db.in_use), where there are databases
// already (db.not_empty) unless force says so, and a backup that is not whole (db.bad_backup): sizes, checksums and SQLite's
// integrity check are looked at before anything is touched. With force the old files are moved to replaced-<time> in the data
// directory, none is deleted. A restored file has another user_version, made at random. A restore that is cut short is noticed: the Set
// opens nothing until it is run again.
func (s *Set) Restore(ctx context.Context, dir string, force bool) (*Manifest, error) {
	if isPostgres(s.cfg.DSN) {
		return nil, ErrDump
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lockEmpty(force); err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		if err := s.stage(ctx, dir, f); err != nil {
			return nil, Fault(errors.Join(err, s.unstage(m)))
		}
	}
	if err := s.exchange(m); err != nil {
		return nil, Fault(fmt.Errorf("restore: %w", err))
	}
	return m, nil
}

// lockEmpty takes the data directory, in which nothing may be open or, without force, be. s.mu is held.
func (s *Set) lockEmpty(force bool) error {
	for _, d := range s.dbs {
		if d.dialect == SQLite && d.opened.Load() != nil {
			return InUse
		}
	}
	if err := s.lockAnyway(); err != nil {
		return err
	}
	names, err := s.files()
	if err != nil {
		return err
	}
	if len(names) > 0 && !force {
		return fault.New(fault.Conflict, "db.not_empty", "There are databases in %s: %s. With force they are moved aside.",
			s.data, strings.Join(names, ", "))
	}
	return nil
}

// stage copies one file beside its place and checks the copy.
func (s *Set) stage(ctx context.Context, dir string, f BackupFile) error {
	to := s.file(f.Database) + restoringSuffix
	n, sum, err := copyFile(to, filepath.Join(dir, f.File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errManifest.With(fault.Field{Pointer: f.File, Rule: "must be there"}).Because(err)
	case err != nil:
		return unavailable(err)
	case n != f.Bytes || sum != f.SHA256:
		return errManifest.With(fault.Field{Pointer: f.File, Rule: "must have the size and SHA-256 that the manifest says"})
	}
	if _, err := checkFile(ctx, to); err != nil {
		return err
	}
	return markRestored(ctx, to)
}

// markRestored gives a file another user_version, at random: by it those who keep something can tell that what came after the backup is
// lost (platform/realtime/stream). Nothing else sets it, and it is 0 in a file that was never restored.
func markRestored(ctx context.Context, path string) (err error) {
	connector, err := sqlite.NewConnector(sqliteDSN(path, "rw", 0, "journal_mode(MEMORY)")) // no file beside it, should this process end
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", 1+rand.Int32N(math.MaxInt32))); err != nil {
		return err
	}
	return syncPath(path)
}

func (s *Set) unstage(m *Manifest) error {
	var errs []error
	for _, f := range m.Files {
		if err := os.Remove(s.file(f.Database) + restoringSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// exchange moves the old files away and the new ones in. The marker is there first and goes last.
func (s *Set) exchange(m *Manifest) error {
	marker := filepath.Join(s.data, incompleteName)
	if err := os.WriteFile(marker, nil, 0o600); err != nil {
		return err
	}
	if err := syncPath(s.data); err != nil {
		return err
	}
	if err := s.moveAside(); err != nil {
		return err
	}
	for _, f := range m.Files {
		if err := os.Rename(s.file(f.Database)+restoringSuffix, s.file(f.Database)); err != nil {
			return err
		}
	}
	if err := syncPath(s.data); err != nil {
		return err
	}
	if err := os.Remove(marker); err != nil {
		return err
	}
	return syncPath(s.data)
}

// moveAside keeps what was there, logs included: a log without its database would be applied to the new one.
func (s *Set) moveAside() error {
	entries, err := os.ReadDir(s.data)
	if err != nil {
		return err
	}
	aside := filepath.Join(s.data, "replaced-"+s.opt.Now().UTC().Format("20060102T150405.000000000"))
	for _, e := range entries {
		base, _, isOurs := strings.Cut(e.Name(), ".db")
		rest := strings.TrimPrefix(e.Name(), base)
		if !isOurs || !goodName(base) || rest != ".db" && rest != ".db-wal" && rest != ".db-shm" && rest != ".db-journal" {
			continue
		}
		if err := os.MkdirAll(aside, 0o700); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(s.data, e.Name()), filepath.Join(aside, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func refuseHalfRestored(data string) error {
	_, err := os.Stat(filepath.Join(data, incompleteName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return unavailable(err)
	}
	return fault.New(fault.Conflict, "db.restore_incomplete",
		"A restore into %s was cut short: run it again with force.", data)
}
