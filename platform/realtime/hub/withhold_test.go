package hub_test

import (
	"context"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// withholding takes back all that was said before a value "hush".
type withholding struct {
	*fields
	since uint64
}

func (r *withholding) Apply(e realtime.Entry) {
	r.fields.Apply(e)
	if r.all["x"] == "hush" && r.since == 0 {
		r.since = e.Offset
	}
}

func (r *withholding) Since() uint64 { return r.since }

func withholds() realtime.Channel {
	c := (&kind{}).channel("fields:")
	inner := c.Open
	c.Open = func(ctx context.Context, tx *db.Tx, name string, checkpoint []byte) (realtime.Room, error) {
		r, err := inner(ctx, tx, name, checkpoint)
		if err != nil {
			return nil, err
		}
		return &withholding{fields: r.(*fields)}, nil
	}
	return c
}

// TestWhatIsTakenBackIsNotToldAgain: entries 1 to 5, of which the third takes back what came before it.
func TestWhatIsTakenBackIsNotToldAgain(t *testing.T) {
	d := dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test")
	n := start(t, d, hub.Config{}, hub.Deps{}, withholds())
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	for i, v := range []string{"secret", "secret too", "hush", "4", "5"} {
		must(t, a.set(i+1, "x", v))
	}
	a.untilAt(5)
	withheldBefore(t, n, a, 3)
	a.in.Leave()
	n.end()

	n = start(t, d, hub.Config{}, hub.Deps{}, withholds())
	defer n.end()
	b := newClient(t, "b")
	must(t, b.join(n.Hub, "fields:1"))
	entries, _, err := n.History(ctx, "fields:1", nil, 100, true)
	must(t, err)
	for _, e := range entries {
		if e.Offset < 3 {
			t.Errorf("opened again, it tells entry %d", e.Offset)
		}
	}
}

// withheldBefore holds that nobody is told an entry before first again.
func withheldBefore(t *testing.T, n *node, a *client, first uint64) {
	t.Helper()
	at := func(offset uint64) *realtime.Position { return &realtime.Position{Epoch: a.at.Epoch, Offset: offset} }
	for _, q := range []struct {
		since   *realtime.Position
		reverse bool
		want    int
		err     error
	}{
		{nil, false, 3, nil},
		{nil, true, 3, nil},
		{at(0), false, 0, hub.ErrUnrecoverable},
		{at(1), false, 0, hub.ErrUnrecoverable},
		{at(2), false, 3, nil},
		{at(4), false, 1, nil},
		{at(4), true, 1, nil},
		{at(3), true, 0, nil},
	} {
		entries, _, err := n.History(ctx, "fields:1", q.since, 100, q.reverse)
		expect(t, err, q.err)
		if len(entries) != q.want {
			t.Errorf("since %v, reverse %v: %v", q.since, q.reverse, entries)
		}
		for _, e := range entries {
			if e.Offset < first {
				t.Errorf("since %v, reverse %v: entry %d", q.since, q.reverse, e.Offset)
			}
		}
	}
	for offset := range uint64(5) {
		b := newClient(t, "b")
		b.at = *at(offset)
		must(t, b.back(n.Hub, "fields:1"))
		if want := offset >= first-1; b.joined.Recovered != want || !want && b.at.Offset != 5 {
			t.Errorf("from %d: recovered %v, at %v", offset, b.joined.Recovered, b.at)
		}
		b.in.Leave()
	}
}
