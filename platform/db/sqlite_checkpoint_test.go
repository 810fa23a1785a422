package db_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

const blobPages = 128 // of 4 KiB

// blobs is a database of rows of half a MiB, beside which its file and its log are looked at.
type blobs struct {
	*db.DB
	t    *testing.T
	file string
}

func newBlobs(t *testing.T, dir string) *blobs {
	t.Helper()
	set := db.NewSet(db.Config{}, dir, db.Options{})
	t.Cleanup(func() { _ = set.Close() })
	b := &blobs{set.DB("long"), t, filepath.Join(dir, "long.db")}
	b.exec("CREATE TABLE IF NOT EXISTS blobs (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
	return b
}

func (b *blobs) exec(query string, args ...any) {
	b.t.Helper()
	err := b.Write(b.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(b.t.Context(), query, args...)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *blobs) put(id, value int) {
	b.t.Helper()
	b.exec("INSERT INTO blobs (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body", id, blob(value))
}

func blob(value int) []byte { return bytes.Repeat([]byte{byte(value)}, blobPages*4096) }

func (b *blobs) size(suffix string) int64 {
	b.t.Helper()
	f, err := os.Stat(b.file + suffix)
	if err != nil {
		b.t.Fatal(err)
	}
	return f.Size()
}

// TestCheckpointsAreMadeBesideTheCommits: what was committed reaches the file though no commit found the log too long.
func TestCheckpointsAreMadeBesideTheCommits(t *testing.T) {
	b := newBlobs(t, t.TempDir())
	const commits = 20 // 10 MiB; a commit makes a checkpoint at 32 MiB
	for i := range commits {
		b.put(i, i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for b.size("") < 4<<20 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the file has %d bytes, the log %d", b.size(""), b.size("-wal"))
		}
	}
}

// TestTheLogBeginsAnew: commits that follow one another without a pause do not make the log longer and longer, though its checkpoints are
// made beside them; and all that was written is there when it is opened again.
func TestTheLogBeginsAnew(t *testing.T) {
	dir := t.TempDir()
	t.Run("written", func(t *testing.T) {
		b := newBlobs(t, dir)
		longest := int64(0)
		for i := range 200 { // 100 MiB
			b.put(i%8, i)
			longest = max(longest, b.size("-wal"))
		}
		if longest > 64<<20 {
			t.Errorf("the log has been %d MiB long", longest>>20)
		}
	})
	b := newBlobs(t, dir)
	for i := 192; i < 200; i++ {
		var body []byte
		if err := b.QueryRow(t.Context(), "SELECT body FROM blobs WHERE id = $1", i%8).Scan(&body); err != nil || !bytes.Equal(body, blob(i)) {
			t.Errorf("row %d is not what was written last: %v", i%8, err)
		}
	}
}
