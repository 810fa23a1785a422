package hub

import "testing"

// TestCheckpointsAreNotDueTogether: of channels that are written to alike, no two in a row need have theirs at the same entry.
func TestCheckpointsAreNotDueTogether(t *testing.T) {
	const channels, every, at = 1000, 500, 70_000
	due := map[uint64]int{}
	for range channels {
		var k keeping
		k.kept(at, every)
		if k.at != at || k.next < at+every/2 || k.next >= at+every/2+every {
			t.Fatalf("after one at %d the next is due at %d", k.at, k.next)
		}
		due[k.next]++
	}
	for offset, n := range due {
		if n > channels/20 {
			t.Errorf("%d of %d are due at %d", n, channels, offset)
		}
	}
}
