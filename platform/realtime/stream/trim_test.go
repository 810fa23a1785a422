package stream_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// trim goes once through all packs, few in one go.
func trim(t tester, d *db.DB) {
	t.Helper()
	ctx := context.Background()
	for after := int64(0); ; {
		last, found, more, err := stream.FindForgotten(ctx, d, after, 3)
		must(t, err)
		if found {
			must(t, d.Write(ctx, func(tx *db.Tx) error { return stream.Trim(ctx, tx, after, last) }))
		}
		if !more {
			return
		}
		after = last
	}
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
	packs := func() (n int) {
		must(t, d.QueryRow(t.Context(), `SELECT count(*) FROM hotlane_live_packs`).Scan(&n))
		return n
	}
	if trim(t, d); packs() != 60 {
		t.Errorf("%d packs are left, and none was forgotten", packs())
	}
	must(t, keep(d, logs[0], 20, stream.NewWriters(), nil, 5))  // 15 packs
	must(t, keep(d, logs[1], 31, stream.NewWriters(), nil, 20)) // 5, since the sixth ends at 12
	if trim(t, d); packs() != 40 {
		t.Errorf("%d packs are left, not 40", packs())
	}
	for i, floor := range []uint64{15, 10, 0} {
		o := open(t, d, logs[i].Name)
		got, err := stream.Read(t.Context(), d, o.ID, floor, 100)
		must(t, err)
		if o.Floor != floor || uint64(len(got)) != o.Offset-floor {
			t.Errorf("%d: %d entries above the floor %d of %d", i, len(got), o.Floor, o.Offset)
		}
	}
	must(t, keep(d, logs[0], 20, stream.NewWriters(), nil, 5)) // again
	must(t, d.Write(t.Context(), func(tx *db.Tx) error { return stream.Forget(t.Context(), tx, logs[2].ID) }))
	if trim(t, d); packs() != 20 {
		t.Errorf("%d packs are left, not 20", packs())
	}
	add(t, d, pack(logs[0], 21, 1), true)
}
