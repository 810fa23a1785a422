package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// TestMain fails when a test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tester is what testing.T and rapid.T share.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const lane = "papers" // whose database the logs are in

func each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	dbtest.Each(t, func(t *testing.T, set *db.Set) {
		must(t, stream.Migrate(t.Context(), set.DB(lane)))
		fn(t, set.DB(lane))
	})
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// opened is what Open tells.
type opened struct {
	stream.Head
	stream.Checkpoint
	entries []realtime.Entry
}

func open(t tester, d *db.DB, name string) (o opened) {
	t.Helper()
	must(t, d.Read(context.Background(), func(tx *db.Tx) (err error) {
		o.Head, o.Checkpoint, o.entries, err = stream.Open(context.Background(), tx, name)
		return err
	}))
	return o
}

func create(t tester, d *db.DB, name string) (h stream.Head) {
	t.Helper()
	must(t, d.Write(context.Background(), func(tx *db.Tx) (err error) {
		h, err = stream.Create(context.Background(), tx, name, "e1", noon)
		return err
	}))
	return h
}

// pack is n entries, of as many different data.
func pack(h stream.Head, first uint64, n int) stream.Pack {
	p := stream.Pack{Channel: h.ID, Epoch: h.Epoch, First: first}
	for i := range n {
		offset := first + uint64(i)
		p.Entries = append(p.Entries, realtime.Entry{
			Offset: offset, Op: realtime.Op{Instance: fmt.Sprint("instance", offset%3), Counter: offset},
			Client: fmt.Sprint("c", offset%3), User: "u", At: noon.UnixMilli() + int64(offset), Data: fmt.Appendf(nil, `{"n":%d}`, offset),
		})
	}
	return p
}

func appendAll(t tester, d *db.DB, packs ...stream.Pack) (taken []bool) {
	t.Helper()
	must(t, d.Write(context.Background(), func(tx *db.Tx) (err error) {
		taken, err = stream.Append(context.Background(), tx, packs)
		return err
	}))
	return taken
}

// add appends a pack that must be taken, or must not be.
func add(t tester, d *db.DB, p stream.Pack, want bool) {
	t.Helper()
	if got := appendAll(t, d, p); got[0] != want {
		t.Fatalf("the pack at %d of %d entries: taken is %v", p.First, len(p.Entries), got[0])
	}
}

func keep(d *db.DB, h stream.Head, at uint64, w *stream.Writers, room []byte, entries uint64) error {
	return d.Write(context.Background(), func(tx *db.Tx) error {
		return stream.Keep(context.Background(), tx, h, at, w, room, entries)
	})
}

func equal(t tester, got, want []realtime.Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d entries, not %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if g.Offset != w.Offset || g.Op != w.Op || g.Client != w.Client || g.User != w.User || g.At != w.At || !bytes.Equal(g.Data, w.Data) {
			t.Fatalf("entry %d is %+v, not %+v", i, g, w)
		}
	}
}

func offsets(entries []realtime.Entry) (list []uint64) {
	for _, e := range entries {
		list = append(list, e.Offset)
	}
	return list
}
