//go:build !race

package token

import "testing"

// The race detector makes sync.Pool forget at random, so this test is not for it.
func TestSignAndVerifyDoNotAllocate(t *testing.T) {
	r, c := newRing(t), sample()
	dst := make([]byte, 0, Size)
	text := sign(t, r, c)
	if n := testing.AllocsPerRun(200, func() { dst, _ = r.AppendSign(dst[:0], &c) }); n >= 1 {
		t.Errorf("AppendSign allocates %v times", n)
	}
	if n := testing.AllocsPerRun(200, func() { _, _ = r.Verify(text, c.Issued) }); n >= 1 {
		t.Errorf("Verify allocates %v times", n)
	}
}
