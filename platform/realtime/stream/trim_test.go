package stream_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// forgotten are the packs of a log below its floor, found few at a time.
func forgotten(t tester, d *db.DB, id int64, after uint64) (all []int64, last uint64) {
	t.Helper()
	for {
		packs, next, err := stream.Forgotten(context.Background(), d, id, after, 3)
		must(t, err)
		if len(packs) == 0 {
			return all, after
		}
		all, after = append(all, packs...), next
	}
}

func trim(t tester, d *db.DB, packs []int64) (n int64) {
	t.Helper()
	must(t, d.Write(context.Background(), func(tx *db.Tx) (err error) {
		n, err = stream.Trim(context.Background(), tx, packs)
		return err
	}))
	return n
}

// Of logs whose packs stand among each other, those at or below the floor of each go, and no others.
func TestTrimDeletesWhatIsForgotten(t *testing.T) {
	d := dbtest.NewSet(t, db.Config{}, db.Options{}).DB(lane)
	must(t, stream.Migrate(t.Context(), d))
	var logs []stream.Head
	for i := range 3 {
		logs = append(logs, create(t, d, fmt.Sprint("paper:", i)))
	}
	for n := range uint64(20) {
		for i, h := range logs {
			add(t, d, pack(h, 1+n*uint64(i+1), i+1), true) // of one, two and three entries
		}
	}
	if packs, last := forgotten(t, d, logs[0].ID, 0); len(packs) != 0 || last != 0 {
		t.Errorf("%v, and none is", packs)
	}
	must(t, keep(d, logs[0], 20, stream.NewWriters(), nil, 5))  // 15 packs
	must(t, keep(d, logs[1], 31, stream.NewWriters(), nil, 20)) // 5, since the sixth ends at 12
	a, _ := forgotten(t, d, logs[0].ID, 0)
	b, last := forgotten(t, d, logs[1].ID, 0)
	if len(a) != 15 || len(b) != 5 || last != 9 {
		t.Errorf("%d and %d, the last begins at %d", len(a), len(b), last)
	}
	var every []int64
	for row := range int64(60) {
		every = append(every, row+1)
	}
	if n := trim(t, d, every); n != 20 { // whoever is told nonsense
		t.Errorf("%d packs are deleted, not 20", n)
	}
	if n := trim(t, d, append(a, b...)); n != 0 {
		t.Errorf("%d packs are deleted again", n)
	}
	for i, floor := range []uint64{15, 10, 0} {
		o := open(t, d, logs[i].Name)
		got, err := stream.Read(t.Context(), d, o.ID, floor, 100)
		must(t, err)
		if o.Floor != floor || uint64(len(got)) != o.Offset-floor {
			t.Errorf("%d: %d entries above the floor %d of %d", i, len(got), o.Floor, o.Offset)
		}
		add(t, d, pack(o.Head, o.Offset+1, 1), true)
	}
	must(t, keep(d, logs[1], 40, stream.NewWriters(), nil, 0))
	if more, _ := forgotten(t, d, logs[1].ID, last); len(more) != 15 || slices.Contains(more, b[0]) {
		t.Errorf("behind those that were found: %v", more)
	}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error { return stream.Forget(t.Context(), tx, logs[1].ID) }))
	if packs, _ := forgotten(t, d, logs[1].ID, 0); len(packs) != 0 {
		t.Errorf("of a log that is gone: %v", packs)
	}
}

// What is forgotten is found in the index, and deleted by row: neither reads a table.
func TestTrimReadsNoTable(t *testing.T) {
	d := dbtest.NewSet(t, db.Config{}, db.Options{}).DB(lane)
	must(t, stream.Migrate(t.Context(), d))
	for query, args := range map[string][]any{
		stream.ForgottenPacks: {1, 0, 10},
		stream.TrimPacks:      {"[1,2]"},
	} {
		var plan []string
		rows, err := d.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		must(t, err)
		for rows.Next() {
			var id, parent, unused int
			var step string
			must(t, rows.Scan(&id, &parent, &unused, &step))
			plan = append(plan, step)
		}
		must(t, rows.Close())
		if all := strings.Join(plan, "; "); strings.Contains(all, "SCAN hotlane") || strings.Contains(all, "TEMP B-TREE FOR ORDER") {
			t.Errorf("%s\n%s", query, all)
		}
	}
}
