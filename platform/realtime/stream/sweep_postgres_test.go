//go:build integration

package stream_test

import (
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// A log whose first entry is not yet committed is left alone; and one that is being swept takes no entry.
func TestSweepWhileItIsAppendedTo(t *testing.T) {
	list := nodes(t, dbtest.Postgres(t), 2)
	h, ctx := create(t, list[0], "paper:a"), t.Context()
	later := noon.Add(time.Minute)
	must(t, list[0].Write(ctx, func(tx *db.Tx) error {
		taken, err := stream.Append(ctx, tx, []stream.Pack{pack(h, 1, 1)})
		if err == nil && !taken[0] {
			t.Error("the pack is not taken")
		}
		if names, n := sweep(t, list[1], later); len(names) != 1 || n != 0 {
			t.Errorf("%d of %v are swept", n, names)
		}
		return err
	}))
	if _, n := sweep(t, list[1], later); n != 0 || open(t, list[1], "paper:a").Offset != 1 {
		t.Errorf("%d are swept", n)
	}
	b := create(t, list[0], "paper:b")
	taken := make(chan []bool, 1)
	must(t, list[0].Write(ctx, func(tx *db.Tx) error {
		n, err := stream.Sweep(ctx, tx, []int64{b.ID}, later)
		if n != 1 {
			t.Errorf("%d are swept", n)
		}
		go func() { taken <- appendAll(t, list[1], pack(b, 1, 1)) }() // waits, or comes after it
		return err
	}))
	if got := <-taken; got[0] {
		t.Error("a log that is swept has taken an entry")
	}
}
