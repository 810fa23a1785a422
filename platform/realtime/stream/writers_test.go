package stream_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/stream"
)

// oracle remembers everything.
type oracle struct {
	done map[realtime.Op]bool
	high map[string]uint64
}

// TestWriters compares with a set of all that was ever done: an operation that was done is never New, one that was not is never Done, and
// nobody is in doubt about the last 64 of an instance. In between the state is written and read.
func TestWriters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := oracle{done: make(map[realtime.Op]bool), high: make(map[string]uint64)}
		w := stream.NewWriters()
		at := noon.UnixMilli()
		steps := rapid.IntRange(1, 150).Draw(t, "steps")
		for range steps {
			instance := rapid.SampledFrom([]string{"instance1", "instance2", "instance3"}).Draw(t, "instance")
			near := int64(o.high[instance]) + rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-70, 70)).Draw(t, "near")
			op := realtime.Op{Instance: instance, Counter: uint64(max(near, 1))}
			seen := w.See("", op)
			behind := int64(o.high[instance]) - int64(op.Counter)
			switch {
			case behind >= 64 && seen != stream.TooOld, behind < 64 && seen == stream.TooOld:
				t.Fatalf("%v is %v, %d behind", op, seen, behind)
			case seen == stream.Done && !o.done[op], seen == stream.New && o.done[op]:
				t.Fatalf("%v is %v, and done: %v", op, seen, o.done[op])
			case seen == stream.New:
				at += rapid.Int64Range(-100, 10_000).Draw(t, "time")
				w.Apply(&realtime.Entry{Op: op, At: at})
				o.done[op], o.high[instance] = true, max(o.high[instance], op.Counter)
			}
			if rapid.IntRange(0, 9).Draw(t, "kept") == 0 {
				w = kept(t, w)
			}
		}
	})
}

func kept(t tester, w *stream.Writers) *stream.Writers {
	t.Helper()
	state := w.Append(nil)
	again, err := stream.DecodeWriters(state)
	must(t, err)
	if !bytes.Equal(again.Append(nil), state) {
		t.Fatal("the state changes when it is written and read")
	}
	return again
}

// TestWritersAreBounded lets 5,000 instances write: those silent for the longest are forgotten. A day later all but the last are.
func TestWritersAreBounded(t *testing.T) {
	w := stream.NewWriters()
	op := func(i int) realtime.Op { return realtime.Op{Instance: fmt.Sprint("instance", i), Counter: 1} }
	at := noon.UnixMilli()
	for i := range 5000 {
		w.Apply(&realtime.Entry{Op: op(i), At: at + int64(i)})
		w.Apply(&realtime.Entry{Op: op(0), At: at + int64(i)}) // this one is never silent
	}
	if w.Len() != 4096 || w.See("", op(0)) != stream.Done || w.See("", op(904)) != stream.New || w.See("", op(905)) != stream.Done {
		t.Errorf("%d are known: %v %v %v", w.Len(), w.See("", op(0)), w.See("", op(904)), w.See("", op(905)))
	}
	if n := len(w.Append(nil)); n > 4096*20 {
		t.Errorf("%d bytes", n)
	}
	w = kept(t, w)
	day := (24 * time.Hour).Milliseconds()
	w.Apply(&realtime.Entry{Op: op(1), At: at + 4999 + day})
	if w.Len() != 3 || w.See("", op(4999)) != stream.Done || w.See("", op(4998)) != stream.New {
		t.Errorf("%d are known after 24 hours: %v %v", w.Len(), w.See("", op(4999)), w.See("", op(4998)))
	}
}

// TestWritersFold: whoever begins at a checkpoint and whoever read all know the same.
func TestWritersFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, part := stream.NewWriters(), stream.NewWriters()
		for i := range rapid.IntRange(1, 200).Draw(t, "entries") {
			e := realtime.Entry{
				Op: realtime.Op{Instance: fmt.Sprint("instance", rapid.IntRange(0, 20).Draw(t, "instance")), Counter: uint64(i + 1)},
				At: noon.UnixMilli() + rapid.Int64Range(0, 1<<28).Draw(t, "at"),
			}
			whole.Apply(&e)
			part.Apply(&e)
			if rapid.IntRange(0, 20).Draw(t, "checkpoint") == 0 {
				part = kept(t, part)
			}
		}
		if !bytes.Equal(whole.Append(nil), part.Append(nil)) {
			t.Fatal("they know different things")
		}
	})
}

func TestWritersDamage(t *testing.T) {
	w := stream.NewWriters()
	w.Apply(&realtime.Entry{Op: realtime.Op{Instance: "instance", Counter: 5}, At: 1})
	state := w.Append(nil)
	for i := range state {
		bad := bytes.Clone(state)
		bad[i] ^= 1
		for _, b := range [][]byte{bad, state[:i]} {
			if _, err := stream.DecodeWriters(b); !errors.Is(err, stream.ErrCorrupt) {
				t.Errorf("byte %d: %v", i, err)
			}
		}
	}
}

// TestNoOperation: entries of the server itself have no operation.
func TestNoOperation(t *testing.T) {
	w := stream.NewWriters()
	w.Apply(&realtime.Entry{At: 5})
	if w.Len() != 0 || w.See("", realtime.Op{Instance: "instance", Counter: 1}) != stream.New {
		t.Error(w.Len())
	}
}

// TestAnInstanceIsItsUsers: names of operations can be seen in the log, and whoever uses another's has done nothing of theirs.
func TestAnInstanceIsItsUsers(t *testing.T) {
	w := stream.NewWriters()
	op := realtime.Op{Instance: "instance", Counter: 1}
	for i, user := range []string{"minji", "jun", "", "instance"} {
		if w = kept(t, w); w.See(user, op) != stream.New {
			t.Errorf("%q: another's is taken for theirs", user)
		}
		w.Apply(&realtime.Entry{Op: op, User: user, At: noon.UnixMilli()})
		if w = kept(t, w); w.See(user, op) != stream.Done || w.Len() != i+1 {
			t.Errorf("%q: theirs is not known", user)
		}
	}
}
