package hub_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// TestTrimmer finds packs as checkpoints do, some of each log, and expects every one to be due once, in the order of the table, no
// faster than a little more than what is found meanwhile.
func TestTrimmer(t *testing.T) {
	const logs, each, checkpoints = 100, 700, 300
	var tr hub.Trimmer
	var deleted []int64
	found, rounds := 0, 0
	take := func(all bool) (n int) {
		for {
			some := tr.Next(all)
			if len(some) == 0 {
				return n
			}
			if len(some) > hub.TrimAtOnce || !slices.IsSorted(some) {
				t.Fatalf("%d at once: %v", len(some), some)
			}
			if len(deleted) > 0 && some[0] < deleted[len(deleted)-1] {
				rounds++
			}
			deleted = append(deleted, some...)
			n += len(some)
		}
	}
	next := make([]int64, logs)
	for i := range checkpoints {
		log := rand.N(logs)
		var packs []int64
		for range each {
			packs = append(packs, next[log]*logs+int64(log)) // those of all logs stand among each other
			next[log]++
		}
		found += each
		tr.Add(packs)
		tr.Add(packs[:3]) // found again, as behind a failure
		n := take(false)
		if found < hub.TrimWorth && n > 0 {
			t.Fatalf("%d are deleted when %d are found", n, found)
		}
		if n >= 5*(each+3)/4+hub.TrimAtOnce {
			t.Fatalf("%d are deleted after the %dth checkpoint", n, i)
		}
	}
	if behind := found - len(deleted); behind > 2*hub.TrimWorth {
		t.Errorf("%d of %d are not deleted yet", behind, found)
	}
	take(true)
	slices.Sort(deleted)
	if deleted = slices.Compact(deleted); len(deleted) != found || rounds == 0 || rounds > 2+found/hub.TrimWorth {
		t.Errorf("%d of %d are deleted, in %d rounds", len(deleted), found, rounds+1)
	}
}
