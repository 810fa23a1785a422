package stream_test

import (
	"path/filepath"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// TestRestore: a client that was told of an entry which the backup does not have must not take what is later written in its place for
// what follows. The entries that the backup has are there, and the log goes on, in another epoch each time it is restored.
func TestRestore(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	d := set.DB(lane)
	must(t, stream.Migrate(t.Context(), d))
	h := create(t, d, "paper:a")
	add(t, d, pack(h, 1, 3), true)
	backup := filepath.Join(t.TempDir(), "backup")
	_, err := set.Backup(t.Context(), backup)
	must(t, err)
	add(t, d, pack(h, 4, 2), true)

	epochs := map[string]bool{h.Epoch: true}
	for range 2 {
		after := dbtest.NewSet(t, db.Config{}, db.Options{})
		_, err = after.Restore(t.Context(), backup, false)
		must(t, err)
		d := after.DB(lane)
		must(t, stream.Migrate(t.Context(), d))
		o := open(t, d, "paper:a")
		if epochs[o.Epoch] || o.ID != h.ID {
			t.Fatalf("the epoch is %s again: %v", o.Epoch, epochs)
		}
		epochs[o.Epoch] = true
		equal(t, o.entries, pack(h, 1, 3).Entries)
		r := stream.Range{Since: &realtime.Position{Epoch: h.Epoch, Offset: 3}, Limit: 9}
		if _, err := stream.History(t.Context(), d, o.Head, r); err == nil {
			t.Error("a client of before goes on")
		}
		add(t, d, pack(o.Head, 4, 1), true)
		if again := open(t, d, "paper:a"); again.Epoch != o.Epoch || again.Offset != 4 {
			t.Errorf("%+v", again)
		}
	}
	if o := open(t, d, "paper:a"); o.Epoch != h.Epoch || o.Offset != 5 {
		t.Errorf("the one that was backed up changed: %+v", o)
	}
}
