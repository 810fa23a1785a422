package stream_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// sweep looks through all logs, few in one go, and deletes those that were unused before a time.
func sweep(t tester, d *db.DB, before time.Time) (names []string, swept int64) {
	t.Helper()
	ctx := context.Background()
	for after := int64(0); ; {
		list, last, err := stream.FindUnused(ctx, d, after, 3)
		must(t, err)
		if last == 0 {
			return names, swept
		}
		var ids []int64
		for _, l := range list {
			names, ids = append(names, l.Name), append(ids, l.ID)
		}
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			n, err := stream.Sweep(ctx, tx, ids, before)
			swept += n
			return err
		}))
		after = last
	}
}

// Of logs in every state, only those go that never had an entry, and are old enough.
func TestSweepTakesOnlyWhatNeverHadAnEntry(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		for i := range 7 {
			create(t, d, fmt.Sprint("paper:unused", i))
		}
		used, kept, cut := create(t, d, "paper:used"), create(t, d, "paper:kept"), create(t, d, "paper:cut")
		add(t, d, pack(used, 1, 1), true)
		add(t, d, pack(kept, 1, 2), true)
		must(t, keep(d, kept, 2, stream.NewWriters(), nil, 99))
		add(t, d, pack(cut, 1, 2), true)
		must(t, keep(d, cut, 2, stream.NewWriters(), nil, 0)) // no pack is left
		touched := create(t, d, "paper:touched")
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			return stream.Touch(t.Context(), tx, []int64{touched.ID}, noon.Add(time.Hour))
		}))
		if names, n := sweep(t, d, noon); len(names) != 8 || n != 0 {
			t.Errorf("at the time they were made: %d of %v", n, names)
		}
		if _, n := sweep(t, d, noon.Add(time.Minute)); n != 7 {
			t.Errorf("%d are swept, not 7", n)
		}
		if names, _ := sweep(t, d, noon); len(names) != 1 || names[0] != "paper:touched" {
			t.Errorf("%v are left without an entry", names)
		}
		for name, offset := range map[string]uint64{"paper:used": 1, "paper:kept": 2, "paper:cut": 2} {
			if o := open(t, d, name); o.ID == 0 || o.Offset != offset {
				t.Errorf("%s: %+v", name, o.Head)
			}
		}
	})
}

// Who has a log open that is swept cannot append to it, nor keep, also when it has begun anew.
func TestSweepTakesNothingFromWhoComesLater(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB) {
		h := create(t, d, "paper:a")
		if _, n := sweep(t, d, noon.Add(time.Minute)); n != 1 {
			t.Fatalf("%d are swept", n)
		}
		add(t, d, pack(h, 1, 1), false)
		if err := keep(d, h, 0, stream.NewWriters(), nil, 0); !errors.Is(err, stream.ErrGone) {
			t.Errorf("kept: %v", err)
		}
		again := create(t, d, "paper:a")
		if again.ID == h.ID {
			t.Error("the ID is used twice")
		}
		add(t, d, pack(h, 1, 1), false)
		add(t, d, pack(again, 1, 1), true)
	})
}
