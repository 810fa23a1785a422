package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/hotlane/hotlane/platform/db"
)

type thing struct {
	ID     int64
	Name   string
	Body   []byte
	Score  sql.NullFloat64
	Parent sql.NullInt64
}

func values(t *testing.T, d *db.DB) {
	want := []thing{
		{ID: math.MinInt64, Name: "", Body: []byte{}},
		{ID: 0, Name: "한국어 'quoted' \"and\" $1 ?", Body: []byte{0, 1, 255}, Score: sql.NullFloat64{Float64: 0.1, Valid: true}},
		{ID: math.MaxInt64, Name: "parent", Parent: sql.NullInt64{Int64: math.MinInt64, Valid: true}},
	}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		for _, w := range want {
			if _, err := tx.Exec(t.Context(), "INSERT INTO things (id, name, body, score, parent) VALUES ($1, $2, $3, $4, $5)",
				w.ID, w.Name, w.Body, w.Score, w.Parent); err != nil {
				return err
			}
		}
		return nil
	}))
	rows, err := d.Query(t.Context(), "SELECT id, name, body, score, parent FROM things ORDER BY id")
	must(t, err)
	defer rows.Close()
	var got []thing
	for rows.Next() {
		var g thing
		must(t, rows.Scan(&g.ID, &g.Name, &g.Body, &g.Score, &g.Parent))
		got = append(got, g)
	}
	must(t, rows.Err())
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	var null int // empty bytes may be read as nil, but are kept as what they are
	must(t, d.QueryRow(t.Context(), "SELECT count(*) FROM things WHERE body IS NULL").Scan(&null))
	if null != 1 {
		t.Errorf("%d bodies are NULL, not 1", null)
	}
}

func numbered(t *testing.T, d *db.DB) {
	var s string
	err := d.QueryRow(t.Context(), "SELECT cast($2 AS TEXT) || cast($1 AS TEXT) || cast($2 AS TEXT)", "a", "b").Scan(&s)
	must(t, err)
	if s != "bab" {
		t.Errorf("$2 || $1 || $2 is %q", s)
	}
}

func upsert(t *testing.T, d *db.DB) {
	const text = `INSERT INTO counters (name, n) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET n = counters.n + excluded.n RETURNING n`
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		for _, want := range []int{5, 10, 15} {
			var n int
			if err := tx.QueryRow(t.Context(), text, "new", 5).Scan(&n); err != nil {
				return err
			}
			if n != want {
				t.Errorf("n is %d, not %d", n, want)
			}
		}
		res, err := tx.Exec(t.Context(), "DELETE FROM counters WHERE name IN ($1, $2)", "new", "not there")
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			t.Errorf("%d rows deleted, not 1 (%v)", n, err)
		}
		return nil
	}))
}

func noRows(t *testing.T, d *db.DB) {
	const text = "SELECT id FROM things WHERE id = $1"
	var id int
	if err := d.QueryRow(t.Context(), text, 1).Scan(&id); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("one-shot: %v", err)
	}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		if err := tx.QueryRow(t.Context(), text, 1).Scan(&id); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("in a transaction: %v", err)
		}
		return add(t.Context(), tx, 1, "goes on")
	}))
}

func unique(t *testing.T, d *db.DB) {
	insert := func(id int, name string, parent any) error {
		return d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO things (id, name, parent) VALUES ($1, $2, $3)", id, name, parent)
			return err
		})
	}
	must(t, insert(1, "a", nil))
	for _, c := range []struct {
		what   string
		err    error
		unique bool
	}{
		{"the primary key", insert(1, "b", nil), true},
		{"a unique column", insert(2, "a", nil), true},
		{"a foreign key", insert(3, "c", 99), false},
		{"nothing", insert(4, "d", 1), false},
	} {
		if got := db.IsUnique(c.err); got != c.unique {
			t.Errorf("%s: IsUnique is %v (%v)", c.what, got, c.err)
		}
		if (c.err == nil) != (c.what == "nothing") {
			t.Errorf("%s: %v", c.what, c.err)
		}
	}
}

func many(t *testing.T, d *db.DB) {
	rows := make([][]any, 2500)
	for i := range rows {
		rows[i] = []any{i, fmt.Sprint("n", i)}
	}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		n, err := tx.ExecMany(t.Context(), "INSERT INTO things (id, name) VALUES ($1, $2)", rows)
		if n != 2500 {
			t.Errorf("%d rows", n)
		}
		if err != nil {
			return err
		}
		n, err = tx.ExecMany(t.Context(), "DELETE FROM things WHERE id = $1", [][]any{{1}, {2}, {-1}})
		if n != 2 {
			t.Errorf("%d rows deleted", n)
		}
		return err
	}))
	if n := count(t, d); n != 2498 {
		t.Errorf("%d rows are there", n)
	}
}

func manyBad(t *testing.T, d *db.DB) {
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecMany(t.Context(), "INSERT INTO things (id, name) VALUES ($1, $2)", [][]any{{1, "a"}, {2, "a"}, {3, "c"}})
		return err
	})
	if !db.IsUnique(err) || count(t, d) != 0 {
		t.Errorf("%v, %d rows", err, count(t, d))
	}
}
