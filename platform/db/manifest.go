package db

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

// Manifest says what a backup holds. It is the file manifest.json in it.
type Manifest struct {
	Format    int          `json:"format"` // 1
	Taken     time.Time    `json:"taken"`
	Files     []BackupFile `json:"files"`
	Elsewhere []string     `json:"elsewhere,omitempty"` // databases in PostgreSQL, which are not in here
}

// BackupFile is one database in a backup.
type BackupFile struct {
	Database string `json:"database"`
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Version  int64  `json:"version"` // of its last migration; 0: it has none
}

const (
	manifestName   = "manifest.json"
	manifestFormat = 1
)

var errManifest = fault.New(fault.Invalid, "db.bad_backup", "This is not a whole backup.")

func writeManifest(dir string, m *Manifest) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, manifestName)
	if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return syncPath(path)
}

// readManifest trusts nothing: the names in it become paths.
func readManifest(dir string) (*Manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, errManifest.With(fault.Field{Pointer: manifestName, Rule: "must be there"}).Because(err)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, errManifest.With(fault.Field{Pointer: manifestName, Rule: "must be JSON"}).Because(err)
	}
	if m.Format != manifestFormat || len(m.Files) == 0 {
		return nil, errManifest.With(fault.Field{Pointer: "/format", Rule: "must be 1, with at least one file"})
	}
	seen := make(map[string]bool)
	for _, f := range m.Files {
		if !goodName(f.Database) || f.File != f.Database+".db" || seen[f.File] {
			return nil, errManifest.With(fault.Field{Pointer: "/files", Rule: "must name each database once, as NAME.db"})
		}
		seen[f.File] = true
	}
	return &m, nil
}

// copyFile copies to a new file, syncs it, and gives the size and SHA-256 of what was read.
func copyFile(to, from string) (n int64, sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, "", err
	}
	h := sha256.New()
	n, err = io.Copy(io.MultiWriter(out, h), in)
	if err == nil {
		err = out.Sync()
	}
	if e := out.Close(); err == nil {
		err = e
	}
	return n, hex.EncodeToString(h.Sum(nil)), err
}

func checksum(path string) (n int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err = io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}

// syncPath makes a file, or the names in a directory, durable. Windows can do neither to what is open for reading.
func syncPath(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
