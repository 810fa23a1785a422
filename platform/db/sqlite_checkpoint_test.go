package db_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
)

// TestTheLogBeginsAnew: commits that follow one another without a pause do not make the log longer and longer, though its checkpoints are
// made beside them; and all that was written is there when it is opened again.
func TestTheLogBeginsAnew(t *testing.T) {
	const page, pages, commits = 4096, 128, 160 // 80 MiB in all
	dir := t.TempDir()
	set := db.NewSet(db.Config{}, dir, db.Options{})
	d := set.DB("long")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	exec := func(query string, args ...any) error {
		return d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), query, args...)
			return err
		})
	}
	must(exec("CREATE TABLE blobs (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"))
	longest := int64(0)
	for i := range commits {
		must(exec("INSERT INTO blobs (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
			i%8, bytes.Repeat([]byte{byte(i)}, page*pages)))
		log, err := os.Stat(filepath.Join(dir, "long.db-wal"))
		must(err)
		longest = max(longest, log.Size())
	}
	if longest > 48<<20 {
		t.Errorf("the log has been %d MiB long", longest>>20)
	}
	must(set.Close())
	set = db.NewSet(db.Config{}, dir, db.Options{})
	defer set.Close()
	again := set.DB("long")
	for i := commits - 8; i < commits; i++ {
		var body []byte
		must(again.QueryRow(t.Context(), "SELECT body FROM blobs WHERE id = $1", i%8).Scan(&body))
		if !bytes.Equal(body, bytes.Repeat([]byte{byte(i)}, page*pages)) {
			t.Errorf("row %d is not what was written last", i%8)
		}
	}
}
