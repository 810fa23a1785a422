package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
)

// TestBackupBesideWrites takes backups from a Set that has no lock, as another process would, while rows come in pairs.
func TestBackupBesideWrites(t *testing.T) {
	data := t.TempDir()
	running := filled(t, data, 100)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() {
		for i := 100; ; i += 2 {
			select {
			case <-stop:
				return
			default:
			}
			err := running.DB("suite").Write(t.Context(), func(tx *db.Tx) error {
				return errors.Join(add(t.Context(), tx, i), add(t.Context(), tx, i+1))
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	defer wg.Wait()
	defer close(stop)
	for range 3 {
		to := filepath.Join(t.TempDir(), "backups", "today")
		m, err := db.NewSet(db.Config{}, data, db.Options{}).Backup(t.Context(), to)
		must(t, err)
		if len(m.Files) != 1 || m.Files[0].Database != "suite" || m.Files[0].Version != 2 || m.Taken.IsZero() {
			t.Errorf("%+v", m)
		}
		restored := db.NewSet(db.Config{}, filepath.Join(t.TempDir(), "data"), db.Options{})
		_, err = restored.Restore(t.Context(), to, false)
		must(t, err)
		if n := count(t, restored.DB("suite")); n < 100 || n%2 != 0 {
			t.Errorf("%d rows", n)
		}
		must(t, restored.DB("suite").Write(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, -1) }))
		must(t, restored.Close())
	}
}

// TestBackupOfStopped reads what a process left that was killed: its log is not yet in the file.
func TestBackupOfStopped(t *testing.T) {
	data, left := t.TempDir(), t.TempDir()
	filled(t, data, 10)
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(data, "suite.db"+suffix))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(left, "suite.db"+suffix), b, 0o600))
	}
	to := filepath.Join(t.TempDir(), "backup")
	_, err := db.NewSet(db.Config{}, left, db.Options{}).Backup(t.Context(), to)
	must(t, err)
	restored := dbtest.NewSet(t, db.Config{}, db.Options{})
	_, err = restored.Restore(t.Context(), to, false)
	must(t, err)
	if n := count(t, restored.DB("suite")); n != 10 {
		t.Errorf("%d rows", n)
	}
}

func TestBackupRefuses(t *testing.T) {
	set := filled(t, t.TempDir(), 1)
	full := t.TempDir()
	must(t, os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	_, err := set.Backup(t.Context(), full)
	code(t, err, "db.backup_exists")
	_, err = db.NewSet(db.Config{}, t.TempDir(), db.Options{}).Backup(t.Context(), filepath.Join(t.TempDir(), "b"))
	code(t, err, "db.nothing_there")
	_, err = db.NewSet(db.Config{DSN: "postgres://h/d"}, t.TempDir(), db.Options{}).Backup(t.Context(), "b")
	code(t, err, "db.use_pg_dump")
}

func code(t *testing.T, err error, want string) {
	t.Helper()
	if got := fault.From(err); got == nil || got.Code != want {
		t.Errorf("%v, not %s", err, want)
	}
}

func TestRestoreRefuses(t *testing.T) {
	source := filled(t, t.TempDir(), 5)
	for _, c := range []struct {
		name, code string
		spoil      func(backup string) error
	}{
		{"no manifest", "db.bad_backup", func(b string) error { return os.Remove(filepath.Join(b, "manifest.json")) }},
		{"not JSON", "db.bad_backup", func(b string) error { return os.WriteFile(filepath.Join(b, "manifest.json"), []byte("{"), 0o600) }},
		{"a path in a name", "db.bad_backup", func(b string) error { return edit(b, `"suite.db"`, `"../suite.db"`) }},
		{"another format", "db.bad_backup", func(b string) error { return edit(b, `"format": 1`, `"format": 2`) }},
		{"a file is missing", "db.bad_backup", func(b string) error { return os.Remove(filepath.Join(b, "suite.db")) }},
		{"a file is cut short", "db.bad_backup", func(b string) error { return os.Truncate(filepath.Join(b, "suite.db"), 5000) }},
		{"a bit is wrong", "db.bad_backup", func(b string) error {
			path := filepath.Join(b, "suite.db")
			content, err := os.ReadFile(path)
			if err == nil {
				content[len(content)/2] ^= 1
				err = os.WriteFile(path, content, 0o600)
			}
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			backup, data := filepath.Join(t.TempDir(), "b"), t.TempDir()
			_, err := source.Backup(t.Context(), backup)
			must(t, err)
			must(t, c.spoil(backup))
			target := db.NewSet(db.Config{}, data, db.Options{})
			_, err = target.Restore(t.Context(), backup, false)
			code(t, err, c.code)
			must(t, target.Close())
			if left, _ := filepath.Glob(filepath.Join(data, "*.db*")); left != nil {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func edit(backup, from, to string) error {
	path := filepath.Join(backup, "manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(b), from, to, 1)), 0o600)
}

func TestRestoreOverRunningOrFull(t *testing.T) {
	backup, data := filepath.Join(t.TempDir(), "b"), t.TempDir()
	_, err := filled(t, t.TempDir(), 5).Backup(t.Context(), backup)
	must(t, err)
	running := filled(t, data, 2)

	_, err = running.Restore(t.Context(), backup, true)
	code(t, err, "db.in_use")
	second := db.NewSet(db.Config{}, data, db.Options{})
	_, err = second.Restore(t.Context(), backup, true)
	code(t, err, "db.in_use")

	must(t, running.Close())
	_, err = second.Restore(t.Context(), backup, false)
	code(t, err, "db.not_empty")
	_, err = second.Restore(t.Context(), backup, true)
	must(t, err)
	if n := count(t, second.DB("suite")); n != 5 {
		t.Errorf("%d rows, not 5", n)
	}
	must(t, second.Close())
	if old, _ := filepath.Glob(filepath.Join(data, "replaced-*", "suite.db")); len(old) != 1 {
		t.Errorf("the old file is at %v", old)
	}
}

func TestRestoreCutShort(t *testing.T) {
	backup, data := filepath.Join(t.TempDir(), "b"), t.TempDir()
	_, err := filled(t, t.TempDir(), 5).Backup(t.Context(), backup)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(data, "restore.incomplete"), nil, 0o600))
	again := db.NewSet(db.Config{}, data, db.Options{})
	defer again.Close()
	err = again.DB("suite").Read(t.Context(), func(*db.Tx) error { return nil })
	code(t, err, "db.restore_incomplete")
	_, err = again.Restore(t.Context(), backup, true)
	must(t, err)
	if n := count(t, again.DB("suite")); n != 5 {
		t.Errorf("%d rows, not 5", n)
	}
}
