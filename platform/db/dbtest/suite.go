package dbtest

import (
	"context"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
)

// Suite is what every engine must do. open gives an empty Set each time it is called.
func Suite(t *testing.T, open func(t *testing.T) *db.Set) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *db.DB)
	}{
		{"values come back as they were", values},
		{"arguments go by their number", numbered},
		{"upsert and returning", upsert},
		{"no rows is said as it is", noRows},
		{"a failed function leaves nothing", failedFunction},
		{"a panic leaves nothing and goes on", panics},
		{"a failed statement ends the transaction", failedStatement},
		{"unique is told from other refusals", unique},
		{"read is one snapshot", snapshot},
		{"read cannot write", readOnly},
		{"rows must be closed before the next statement", openRows},
		{"rows left open are closed", rowsLeft},
		{"times are refused", times},
		{"a nested use is refused", nested},
		{"a context that ended before", endedBefore},
		{"a context that ends inside", endsInside},
		{"nothing works after the end", afterEnd},
		{"many rows at once", many},
		{"a bad row among many", manyBad},
		{"increments are not lost", increments},
		{"serializable decisions are not lost", serializable},
		{"group commit acknowledges what is there", batchDurable},
		{"one bad operation fails alone", batchBad},
		{"an operation whose context ended never happens", batchDropped},
		{"the end flushes what is queued", batchFlush},
		{"group commit against a model", batchModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := open(t)
			must(t, set.Migrate(t.Context(), "suite", Migrations(t)))
			c.run(t, set.DB("suite"))
		})
	}
	t.Run("migrations", func(t *testing.T) { migrations(t, open(t)) })
	t.Run("databases are apart", func(t *testing.T) { apart(t, open(t)) })
	t.Run("bad names are refused", func(t *testing.T) { badNames(t, open(t)) })
	t.Run("closed", func(t *testing.T) { closed(t, open(t)) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// add is one row more.
func add(ctx context.Context, tx *db.Tx, id int, name string) error {
	_, err := tx.Exec(ctx, "INSERT INTO things (id, name) VALUES ($1, $2)", id, name)
	return err
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	must(t, d.QueryRow(context.Background(), "SELECT count(*) FROM things").Scan(&n))
	return n
}
