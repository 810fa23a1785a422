package stream

import (
	"bytes"
	"errors"
	"hash/crc32"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/realtime"
)

func anyEntries(t *rapid.T) []realtime.Entry {
	name := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "b", "c"}), rapid.StringN(0, 40, 80))
	first := rapid.Uint64Range(1, 1<<53).Draw(t, "first")
	entries := make([]realtime.Entry, rapid.IntRange(1, 60).Draw(t, "entries"))
	for i := range entries {
		entries[i] = realtime.Entry{
			Offset: first + uint64(i), Op: realtime.Op{Instance: name.Draw(t, "instance"), Counter: rapid.Uint64().Draw(t, "counter")},
			Client: name.Draw(t, "client"), User: name.Draw(t, "user"), At: rapid.Int64Range(0, 1<<52).Draw(t, "at"),
			Data: rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "data"),
		}
	}
	return entries
}

func same(a, b realtime.Entry) bool {
	return a.Offset == b.Offset && a.Op == b.Op && a.Client == b.Client && a.User == b.User && a.At == b.At && bytes.Equal(a.Data, b.Data)
}

func TestPackRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyEntries(t)
		prefix := []byte("before")
		body := appendPack(prefix, want)[len(prefix):]
		got, err := decodePack(body, want[0].Offset)
		if err != nil || !slices.EqualFunc(got, want, same) {
			t.Fatalf("%v\n%+v\n%+v", err, got, want)
		}
	})
}

// TestPackDamage changes one byte, or cuts the body: it is always noticed.
func TestPackDamage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := appendPack(nil, anyEntries(t))
		at := rapid.IntRange(0, len(body)-1).Draw(t, "at")
		if rapid.Bool().Draw(t, "cut") {
			body = body[:at]
		} else {
			body[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "xor"))
		}
		if _, err := decodePack(body, 1); !errors.Is(err, ErrCorrupt) {
			t.Fatal(err)
		}
	})
}

// TestPackIsSmall: what a client says of itself stands once in a pack.
func TestPackIsSmall(t *testing.T) {
	var entries []realtime.Entry
	for i := range 100 {
		entries = append(entries, realtime.Entry{
			Offset: uint64(i + 1), Op: realtime.Op{Instance: "abcdefghijklmnopqrstuvwx", Counter: uint64(1000 + i)},
			Client: "00000000-0000-0000-0000-000000000000", User: "12345678", At: 1_795_000_000_000 + int64(i), Data: []byte("x"),
		})
	}
	if n := len(appendPack(nil, entries)); n > 100*8+100 {
		t.Errorf("%d bytes for 100 entries of 1 byte", n)
	}
}

// signed gives bytes the checksum that would let them pass.
func signed(b []byte) []byte {
	sum := crc32.Checksum(b, castagnoli)
	return append(slices.Clone(b), byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

// FuzzPack: whatever bytes there are, with a right checksum, are refused or are entries that can be written again.
func FuzzPack(f *testing.F) {
	f.Add([]byte{packVersion, 1, 0, 0, 1, 'a', 5, 0, 0, 0, 0, 0, 1, 'x'})
	f.Add([]byte{packVersion, 0xff, 0xff, 0xff, 0xff, 0x0f, 0})
	whole := appendPack(nil, []realtime.Entry{{Op: realtime.Op{Instance: "a", Counter: 1}, Data: []byte("{}")}, {Client: "c"}})
	f.Add(whole[:len(whole)-checksumLen])
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, err := decodePack(signed(b), 7)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		again, err := decodePack(appendPack(nil, entries), 7)
		if err != nil || !slices.EqualFunc(again, entries, same) {
			t.Fatalf("%v\n%+v\n%+v", err, again, entries)
		}
	})
}

// FuzzWriters: as FuzzPack.
func FuzzWriters(f *testing.F) {
	w := NewWriters()
	for i := range 5 {
		w.Apply(&realtime.Entry{Op: realtime.Op{Instance: string(rune('a' + i%3)), Counter: uint64(i + 1)}, At: int64(i)})
	}
	state := w.Append(nil)
	f.Add(state[:len(state)-checksumLen])
	f.Add([]byte{writersVersion, 0, 0xff, 0xff, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := DecodeWriters(signed(b))
		if err != nil {
			if !errors.Is(err, ErrCorrupt) {
				t.Fatal(err)
			}
			return
		}
		state := w.Append(nil)
		again, err := DecodeWriters(state)
		if err != nil || !bytes.Equal(again.Append(nil), state) {
			t.Fatal(err)
		}
		for _, instance := range []string{"a", "b", "z"} {
			w.Apply(&realtime.Entry{Op: realtime.Op{Instance: instance, Counter: 9}, At: 1})
		}
	})
}
