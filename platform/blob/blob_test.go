package blob_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/blob"
	"github.com/hotlane/hotlane/platform/blob/blobtest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

func TestDatabase(t *testing.T) {
	blobtest.Suite(t, func(t *testing.T, fn func(*testing.T, blobtest.Opener)) {
		dbtest.EachDB(t, blob.Migrations(), "files", func(t *testing.T, d *db.DB) {
			fn(t, func(_ *testing.T, l blob.Limits, now func() time.Time) blob.Store { return blob.Database(d, l, now) })
		})
	})
}

func TestFolder(t *testing.T) {
	blobtest.Suite(t, func(t *testing.T, fn func(*testing.T, blobtest.Opener)) {
		dir := filepath.Join(t.TempDir(), "not", "there", "yet")
		fn(t, func(_ *testing.T, l blob.Limits, now func() time.Time) blob.Store { return blob.Folder(dir, l, now) })
	})
}

// TestADamagedFile: what was cut short or changed is told, not served.
func TestADamagedFile(t *testing.T) {
	for name, damage := range map[string]func(file []byte) []byte{
		"cut short":     func(b []byte) []byte { return b[:len(b)-1] },
		"longer":        func(b []byte) []byte { return append(b, 'x') },
		"another byte":  func(b []byte) []byte { return append(b[:len(b)-1:len(b)-1], b[len(b)-1]^1) },
		"no head":       func([]byte) []byte { return nil },
		"another head":  func(b []byte) []byte { return append([]byte("x"), b[1:]...) },
		"half its head": func(b []byte) []byte { return b[:100] },
	} {
		t.Run(name, func(t *testing.T) {
			dir, key := t.TempDir(), blob.Key{Group: "g", ID: "a"}
			s := blob.Folder(dir, blob.Limits{}, time.Now)
			if _, err := s.Put(t.Context(), key, "text/plain", strings.NewReader("what was written")); err != nil {
				t.Fatal(err)
			}
			change(t, dir, damage)
			if got, _, err := blob.ReadAll(t.Context(), s, key); !errors.Is(err, blob.ErrBroken) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func change(t *testing.T, dir string, fn func([]byte) []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		was, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		return os.WriteFile(at, fn(bytes.Clone(was)), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhatWasNeverFinished is not listed, does not count, and goes away.
func TestWhatWasNeverFinished(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	s := blob.Folder(dir, blob.Limits{Count: 2}, func() time.Time { return now })
	put := func(id string) {
		t.Helper()
		if _, err := s.Put(t.Context(), blob.Key{Group: "g", ID: id}, "text/plain", strings.NewReader(id)); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	at := filepath.Join(dir, "67", ".put-1") // 67 is g in hex
	if err := os.WriteFile(at, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := s.List(t.Context(), "g"); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	now = now.Add(2 * time.Hour)
	put("b")
	if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}
