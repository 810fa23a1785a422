package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"modernc.org/sqlite"

	"github.com/hotlane/hotlane/platform/fault"
)

// ErrDump is the answer to Backup and Restore where the databases are in PostgreSQL.
var ErrDump = fault.New(fault.Conflict, "db.use_pg_dump",
	"The databases are in PostgreSQL: use pg_dump and pg_restore, each database is a schema of its name.")

// Backup copies all SQLite files of the data directory to dir, which must not be there or be empty. It works beside a running
// instance, from another process too: it only reads, and holds up no writer. Each file is consistent by itself (one read
// transaction, VACUUM INTO); the files are taken one after the other. dir appears only when it is whole and on disk.
func (s *Set) Backup(ctx context.Context, dir string) (*Manifest, error) {
	if isPostgres(s.cfg.DSN) {
		return nil, ErrDump
	}
	if err := refuseHalfRestored(s.data); err != nil {
		return nil, err
	}
	names, err := s.files()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fault.New(fault.NotFound, "db.nothing_there", "There is no database in %s.", s.data)
	}
	if err := refuseFull(dir); err != nil {
		return nil, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, unavailable(err)
	}
	partial, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".partial-")
	if err != nil {
		return nil, unavailable(err)
	}
	m, err := s.backupTo(ctx, partial, names)
	if err == nil {
		err = appear(partial, dir)
	}
	if err != nil {
		return nil, Fault(errors.Join(err, os.RemoveAll(partial)))
	}
	return m, nil
}

func (s *Set) backupTo(ctx context.Context, dir string, names []string) (*Manifest, error) {
	m := &Manifest{Format: manifestFormat, Taken: s.opt.Now().UTC()}
	for _, name := range names {
		f, err := s.backupFile(ctx, dir, name)
		if err != nil {
			return nil, fmt.Errorf("back up %s: %w", name, err)
		}
		m.Files = append(m.Files, f)
	}
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Databases)) {
		if s.cfg.dsn(name) != "" {
			m.Elsewhere = append(m.Elsewhere, name)
		}
	}
	return m, writeManifest(dir, m)
}

func (s *Set) backupFile(ctx context.Context, dir, name string) (f BackupFile, err error) {
	f = BackupFile{Database: name, File: name + ".db"}
	to := filepath.Join(dir, f.File)
	connector, err := sqlite.NewConnector(sqliteDSN(s.file(name), "ro", s.cfg.BusyTimeout))
	if err != nil {
		return f, err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := makeFile(to); err != nil { // VACUUM INTO takes an empty file too
		return f, err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO $1", to); err != nil {
		return f, err
	}
	if err := syncPath(to); err != nil {
		return f, err
	}
	if f.Version, err = checkFile(ctx, to); err != nil {
		return f, err
	}
	f.Bytes, f.SHA256, err = checksum(to)
	return f, err
}

// checkFile runs SQLite's own check on a file that nobody writes, and gives its migration's version.
func checkFile(ctx context.Context, path string) (version int64, err error) {
	connector, err := sqlite.NewConnector(sqliteDSN(path, "ro", 0) + "&immutable=1")
	if err != nil {
		return 0, err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	var result string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return 0, errManifest.With(fault.Field{Pointer: filepath.Base(path), Rule: "must be a SQLite database"}).Because(err)
	}
	if result != "ok" {
		return 0, errManifest.With(fault.Field{Pointer: filepath.Base(path), Rule: "must pass the integrity check"}).
			Because(errors.New(result))
	}
	var tables int
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'").Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, err
}

// files are the databases that the data directory holds.
func (s *Set) files() (names []string, err error) {
	entries, err := os.ReadDir(s.data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unavailable(err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".db"); ok && goodName(name) && e.Type().IsRegular() {
			names = append(names, name)
		}
	}
	return names, nil
}

func refuseFull(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err == nil:
		return fault.New(fault.Conflict, "db.backup_exists", "%s is there already: a backup goes to a new folder.", dir)
	default:
		return unavailable(err)
	}
}

// appear gives a folder its name, all at once.
func appear(partial, dir string) error {
	if err := syncPath(partial); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty one
		return err
	}
	if err := os.Rename(partial, dir); err != nil {
		return err
	}
	return syncPath(filepath.Dir(filepath.Clean(dir)))
}
