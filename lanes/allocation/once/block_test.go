package once

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

type event struct {
	kind  Kind
	index uint16
}

func genEvent(t *rapid.T) event {
	return event{
		Kind(rapid.Uint8Range(0, uint8(kinds)).Draw(t, "kind")),
		rapid.Uint16Range(0, Size+1).Draw(t, "index"),
	}
}

func TestBlockAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, seen := &Block{}, map[event]bool{}
		mark := func(e event) {
			valid := e.kind < kinds && e.index < Size
			if first := b.Mark(e.kind, e.index); first != (valid && !seen[e]) {
				t.Fatalf("Mark(%v) = %v", e, first)
			}
			if valid {
				seen[e] = true
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"mark": func(t *rapid.T) { mark(genEvent(t)) },
			"run": func(t *rapid.T) {
				e, step := genEvent(t), rapid.Uint16Range(1, 40).Draw(t, "step")
				for range rapid.IntRange(0, 600).Draw(t, "length") {
					mark(e)
					e.index += step
				}
			},
			"clear": func(t *rapid.T) {
				e := genEvent(t)
				b.Clear(e.kind, e.index)
				delete(seen, e)
			},
			"encode": func(t *rapid.T) {
				data := b.AppendEncode(nil)
				if len(data) > MaxEncoded {
					t.Fatalf("%d bytes", len(data))
				}
				again, err := Decode(data)
				if err != nil || *again != *b {
					t.Fatalf("decoded to something else: %v", err)
				}
				b = again
			},
			"": func(t *rapid.T) {
				n := b.Count(Impression) + b.Count(Click) + b.Count(Conversion)
				if e := genEvent(t); n != len(seen) || b.Has(e.kind, e.index) != seen[e] {
					t.Fatalf("%d marks, want %d; Has(%v) = %v", n, len(seen), e, b.Has(e.kind, e.index))
				}
			},
		})
	})
}

func TestMergeIsUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b, union Block
		for _, e := range rapid.SliceOf(rapid.Custom(genEvent)).Draw(t, "a") {
			a.Mark(e.kind, e.index)
			union.Mark(e.kind, e.index)
		}
		for _, e := range rapid.SliceOf(rapid.Custom(genEvent)).Draw(t, "b") {
			b.Mark(e.kind, e.index)
			union.Mark(e.kind, e.index)
		}
		if a.Merge(&b); a != union {
			t.Fatal("not the union")
		}
	})
}

func TestEncodedSize(t *testing.T) {
	var b Block
	for i := range uint16(16) {
		b.Mark(Impression, i*256)
	}
	if n := len(b.AppendEncode(nil)); n > 64 {
		t.Errorf("16 marks take %d bytes", n)
	}
}

func TestEveryBitFlipIsRefused(t *testing.T) {
	var b Block
	b.Mark(Impression, 5)
	b.Mark(Click, Size-1)
	data := b.AppendEncode(nil)
	for i := range len(data) * 8 {
		data[i/8] ^= 1 << (i % 8)
		if _, err := Decode(data); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("bit %d: %v", i, err)
		}
		data[i/8] ^= 1 << (i % 8)
	}
}

func FuzzDecode(f *testing.F) {
	var b Block
	f.Add(b.AppendEncode(nil)[1:])
	b.Mark(Click, 77)
	f.Add(b.AppendEncode(nil)[1:])
	f.Fuzz(func(t *testing.T, in []byte) {
		// The checksum would hide the parser from the fuzzer, so it is made good.
		data := append([]byte{version}, in...)
		data = append(data, 0, 0, 0, 0)
		sum := checksum(data[:len(data)-4])
		for i := range 4 {
			data[len(data)-4+i] = byte(sum >> (8 * i))
		}
		got, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Decode(got.AppendEncode(nil))
		if err != nil || *again != *got {
			t.Fatalf("%x does not survive: %v", data, err)
		}
	})
}

func BenchmarkMark(b *testing.B) {
	var block Block
	var i uint16
	b.ReportAllocs()
	for b.Loop() {
		block.Mark(Impression, i%Size)
		i++
	}
}

func BenchmarkEncodeHalfFull(b *testing.B) {
	var block Block
	for i := range uint16(Size / 2) {
		block.Mark(Impression, i*2)
	}
	dst := make([]byte, 0, MaxEncoded)
	b.ReportAllocs()
	for b.Loop() {
		dst = block.AppendEncode(dst[:0])
	}
}
