package hub

import (
	"reflect"
	"testing"

	"github.com/hotlane/hotlane/platform/realtime"
)

func TestEntriesOnTheBus(t *testing.T) {
	entries := []realtime.Entry{
		{Offset: 7, Op: realtime.Op{Instance: "instance", Counter: 1 << 50}, Client: "c", User: "u", At: 1_700_000_000_000, Data: []byte(`{"a":1}`)},
		{Offset: 8, Data: []byte(`{}`)},
	}
	var w writer
	appendEntries(&w, entries)
	r := newReader(w)
	if got := r.entries(); r.bad || r.at != len(w) || !reflect.DeepEqual(got, entries) {
		t.Errorf("%+v", got)
	}
	for cut := range len(w) {
		r := newReader(w[:cut])
		if got := r.entries(); !r.bad && len(got) == len(entries) {
			t.Errorf("cut at %d it is whole", cut)
		}
	}
}

func FuzzBus(f *testing.F) {
	var w writer
	appendEntries(&w, []realtime.Entry{{Offset: 1, Data: []byte("{}")}})
	f.Add([]byte(w))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	h := New("test", Config{}, Deps{})
	kind := &realtime.Channel{Members: 10}
	f.Fuzz(func(t *testing.T, body []byte) {
		for kind1 := byte(0); kind1 < 9; kind1++ {
			c := newChannel(h, "fields:1", kind)
			c.closed = true // only what is read of it is tried
			r := newReader(body)
			_ = r.string()
			c.understand(kind1, r)
		}
		newReader(body).entries()
	})
}

func TestTheWindowIsBounded(t *testing.T) {
	var w window
	offset := uint64(0)
	for round := range 2000 {
		before := w.entries()
		var first uint64
		if len(before) > 0 {
			first = before[0].Offset
		}
		batch := make([]realtime.Entry, round%7+1)
		for i := range batch {
			offset++
			batch[i] = realtime.Entry{Offset: offset, Data: make([]byte, round%50)}
		}
		w.add(batch, 100, 16<<10)
		if len(before) > 0 && before[0].Offset != first {
			t.Fatal("what was given out has changed")
		}
		all, bytes := w.entries(), 0
		for i := range all {
			bytes += size(&all[i])
			if all[i].Offset != offset-uint64(len(all)-1-i) {
				t.Fatalf("%d is at the place of %d", all[i].Offset, offset-uint64(len(all)-1-i))
			}
		}
		if len(all) > 100 || bytes > 16<<10 || bytes != w.bytes || cap(w.all) > 1000 {
			t.Fatalf("%d entries, %d bytes (%d), %d places", len(all), bytes, w.bytes, cap(w.all))
		}
		if got, ok := w.after(offset-3, offset); offset > 3 && (!ok && len(all) >= 3 || ok && len(got) != 3) {
			t.Fatalf("%d behind, %v", len(got), ok)
		}
	}
	w.add([]realtime.Entry{{Offset: offset + 1, Data: make([]byte, 1<<20)}}, 100, 16<<10)
	if len(w.entries()) != 1 {
		t.Error("the newest is not kept")
	}
}
