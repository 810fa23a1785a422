package hub_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

var ctx = context.Background()

func TestALanePublishes(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	op := realtime.Op{Instance: "the-lane", Counter: 1}
	for range 2 {
		at, err := n.Publish(ctx, "fields:1", realtime.Writer{User: "u"}, op, []byte(`{"field":"x","value":"1"}`))
		must(t, err)
		if at.Offset != 1 || at.Epoch != a.at.Epoch {
			t.Errorf("at %v", at)
		}
	}
	for i := range 100 { // without a name each is new
		at, err := n.Publish(ctx, "fields:1", realtime.Writer{}, realtime.Op{}, []byte(`{"field":"x","value":"1"}`))
		must(t, err)
		if at.Offset != uint64(i+2) {
			t.Errorf("at %v", at)
		}
	}
	_, err := n.Publish(ctx, "fields:1", realtime.Writer{User: "u"}, op, []byte(`{"field":"x","value":"no"}`))
	must(t, err) // it is done already, whatever it says now
	_, err = n.Publish(ctx, "fields:1", realtime.Writer{}, realtime.Op{}, []byte(`{"field":"x","value":"no"}`))
	expect(t, err, errNo)
	_, err = n.Publish(ctx, "other:1", realtime.Writer{}, realtime.Op{}, []byte(`{}`))
	expect(t, err, hub.ErrUnknownChannel)
	a.untilAt(101)
	if e := a.got[0]; e.User != "u" || e.Client != "" || e.Op != op {
		t.Errorf("the entry is %+v", e)
	}
}

func TestLookShowsTheRoom(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	_, err := n.Publish(ctx, "fields:1", realtime.Writer{}, realtime.Op{}, []byte(`{"field":"x","value":"1"}`))
	must(t, err)
	var saw string
	must(t, n.Look(ctx, "fields:1", func(r realtime.Room, at realtime.Position) { saw = fmt.Sprint(string(r.Snapshot()), at.Offset) }))
	if saw != `{"x":"1"}1` {
		t.Errorf("the room is %s", saw)
	}
}

func TestForgottenItBeginsAnew(t *testing.T) {
	k := &kind{}
	n := open(t, hub.Config{}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	must(t, a.set(1, "x", "1"))
	before := a.at
	must(t, n.Forget(ctx, "fields:1"))
	a.until("its end", func() bool { return a.ended == 2000 })
	expect(t, a.set(2, "x", "2"), hub.ErrEnded)
	must(t, a.back(n.Hub, "fields:1"))
	if a.joined.Recovered || a.at.Offset != 0 || a.at.Epoch == before.Epoch || len(a.view) != 0 {
		t.Errorf("it goes on at %v with %v", a.at, a.view)
	}
	must(t, a.set(1, "x", "1")) // the operation of that name was another log's
	k.gone.Store(true)
	must(t, n.Forget(ctx, "fields:1"))
	a.until("its end", func() bool { return a.ended == 2000 })
	expect(t, a.back(n.Hub, "fields:1"), errGone)
	must(t, n.Forget(ctx, "fields:never"))
	n.WaitClosed("fields:1")
}

func TestForgottenDuringACommit(t *testing.T) {
	k := &kind{}
	n := open(t, hub.Config{}, k)
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	var once sync.Once
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		once.Do(func() {
			k.gone.Store(true)
			must(t, n.Forget(ctx, "fields:1"))
		})
		return write(ctx, fn)
	})
	expect(t, a.set(1, "x", "1"), errGone)
	n.WaitClosed("fields:1")
}

// It was committed just before it was forgotten: who sent it is told that it is done, and nobody sees the old room any more.
func TestForgottenBetweenACommitAndItsDelivery(t *testing.T) {
	n := open(t, hub.Config{}, &kind{})
	a := newClient(t, "a")
	must(t, a.join(n.Hub, "fields:1"))
	var once sync.Once
	n.Before(func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error {
		err := write(ctx, fn)
		once.Do(func() { must(t, n.Forget(ctx, "fields:1")) })
		return err
	})
	must(t, a.set(1, "x", "1"))
	must(t, a.join(n.Hub, "fields:1"))
	if a.at.Offset != 0 || len(a.view) != 0 {
		t.Errorf("a is at %v with %v", a.at, a.view)
	}
}

func TestHistory(t *testing.T) {
	for name, c := range map[string]hub.Config{"in the window": {}, "in SQL": {WindowEntries: 3}} {
		t.Run(name, func(t *testing.T) {
			n := open(t, c, &kind{})
			a := newClient(t, "a")
			must(t, a.join(n.Hub, "fields:1"))
			for i := range 10 {
				must(t, a.set(i+1, "x", "1"))
			}
			since := func(offset uint64) *realtime.Position {
				return &realtime.Position{Epoch: a.at.Epoch, Offset: offset}
			}
			for _, q := range []struct {
				since   *realtime.Position
				limit   int
				reverse bool
				want    string
				err     error
			}{
				{nil, 0, false, "[]", nil},
				{nil, 3, false, "[1 2 3]", nil},
				{nil, -1, false, "[1 2 3 4 5 6 7 8 9 10]", nil},
				{nil, 2, true, "[10 9]", nil},
				{nil, 100, true, "[10 9 8 7 6 5 4 3 2 1]", nil},
				{since(7), 100, false, "[8 9 10]", nil},
				{since(2), 2, false, "[3 4]", nil},
				{since(10), 2, false, "[]", nil},
				{since(4), 2, true, "[3 2]", nil},
				{since(9), 1, true, "[8]", nil},
				{since(1), 2, true, "[]", nil},
				{since(11), 2, false, "[]", hub.ErrUnrecoverable},
				{&realtime.Position{Epoch: "other"}, 2, false, "[]", hub.ErrUnrecoverable},
			} {
				entries, at, err := a.in.History(ctx, q.since, q.limit, q.reverse)
				expect(t, err, q.err)
				offsets := make([]uint64, len(entries))
				for i, e := range entries {
					offsets[i] = e.Offset
				}
				if got := fmt.Sprint(offsets); got != q.want || at != a.at {
					t.Errorf("%v %d %v: %s at %v, want %s", q.since, q.limit, q.reverse, got, at, q.want)
				}
			}
		})
	}
}

func TestOpenChannelsAreListed(t *testing.T) {
	k := &kind{}
	n := start(t, dbtest.NewSet(t, db.Config{}, db.Options{}).DB("test"), hub.Config{}, hub.Deps{}, k.channel("fields:"), k.channel("more:"))
	defer n.end()
	for _, name := range []string{"more:1", "fields:2", "fields:1", "fields:3"} {
		must(t, newClient(t, name).join(n.Hub, name))
	}
	names := func(list []hub.Open) (s string) {
		for _, o := range list {
			s += fmt.Sprint(o.Channel, " ", o.Members, " ")
		}
		return s
	}
	if got, want := names(n.Channels("fields:", "fields:1", 1)), "fields:2 1 "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := names(n.Channels("", "", 10)), "fields:1 1 fields:2 1 fields:3 1 more:1 1 "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestKindsThatBreakARule(t *testing.T) {
	k := &kind{}
	h := hub.New("test", hub.Config{}, hub.Deps{})
	must(t, h.Register(k.channel("fields:")))
	for _, bad := range []realtime.Channel{k.channel("fields:"), k.channel("Fields:"), k.channel("fields"), k.channel(""), {Prefix: "none:"}} {
		if h.Register(bad) == nil {
			t.Errorf("%q was taken", bad.Prefix)
		}
	}
	if _, ok := h.Kind("fields:1"); !ok {
		t.Error("the kind is not found")
	}
}
