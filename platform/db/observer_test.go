package db_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

type recorder struct {
	mu   sync.Mutex
	seen []string
}

func (r *recorder) Observe(_ context.Context, database, statement string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d < 0 {
		statement += " took less than nothing"
	}
	r.seen = append(r.seen, database+": "+statement)
}

func TestObserver(t *testing.T) {
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		var r recorder
		set := dbtest.NewSet(t, cfg, db.Options{Observer: &r})
		must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
		d := set.DB("suite")
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			for i := range 2 {
				if _, err := tx.Exec(t.Context(), "UPDATE counters SET n = $1", i); err != nil {
					return err
				}
			}
			_, err := tx.ExecMany(t.Context(), "DELETE FROM things WHERE id = $1", [][]any{{1}, {2}, {3}})
			return err
		}))
		must(t, d.QueryRow(t.Context(), "SELECT count(*) FROM things").Scan(new(int)))
		want := []string{
			"suite: UPDATE counters SET n = $1", "suite: UPDATE counters SET n = $1",
			"suite: DELETE FROM things WHERE id = $1", "suite: SELECT count(*) FROM things",
		}
		if diff := cmp.Diff(want, r.seen); diff != "" {
			t.Error(diff)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
