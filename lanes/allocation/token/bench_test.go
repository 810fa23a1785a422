package token

import "testing"

func BenchmarkSign(b *testing.B) {
	r, c := newRing(b), sample()
	dst := make([]byte, 0, Size)
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = r.AppendSign(dst[:0], &c)
	}
}

func BenchmarkVerify(b *testing.B) {
	r, c := newRing(b), sample()
	text, _ := r.AppendSign(nil, &c)
	s := string(text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Verify(s, c.Issued); err != nil {
			b.Fatal(err)
		}
	}
}
