package engine_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/engine/workload"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// TestScansBesideEdits has readers scan while the owner edits, kills and builds again: what is found must match.
func TestScansBesideEdits(t *testing.T) {
	shape := workload.Table1(3000, workload.Common, 5)
	items := workload.Items(shape)
	requests := workload.Requests(shape, 64)
	var current atomic.Pointer[engine.Snapshot]
	current.Store(engine.Build(items).Snapshot())
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() { scanUntil(t, stop, &current, requests) })
	}
	for i := range 60 {
		n := current.Load()
		n.SetLive(int32(i), false)
		next, _, err := n.Apply([]engine.Edit{
			{Remove: int32(1000 + i), Add: &items[i]}, {Remove: -1, Add: &items[2*i]}, {Remove: -1, Add: &items[3*i]},
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%20 == 19 {
			next = engine.Build(items).Snapshot()
		}
		current.Store(next)
	}
	close(stop)
	readers.Wait()
}

func scanUntil(t *testing.T, stop chan struct{}, current *atomic.Pointer[engine.Snapshot], requests []*targeting.Request) {
	var s engine.Scratch
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		n, r := current.Load(), requests[i%len(requests)]
		n.Start(&s, r)
		for range 10 {
			item, ok := s.Next()
			if !ok {
				break
			}
			if !n.Matches(item, r) {
				t.Errorf("item %d does not match", item)
				return
			}
		}
	}
}

func TestKillIsSeenByTheNextScan(t *testing.T) {
	n := engine.Build(make([]engine.Item, 3)).Snapshot()
	n, numbers, err := n.Apply([]engine.Edit{{Remove: -1, Add: &engine.Item{}}})
	if err != nil {
		t.Fatal(err)
	}
	var s engine.Scratch
	count := func() int {
		n.Start(&s, new(targeting.Request))
		return take(&s, 10)
	}
	if got := count(); got != 4 {
		t.Fatal(got)
	}
	n.SetLive(1, false)
	n.SetLive(numbers[0], false)
	if got := count(); got != 2 {
		t.Fatal(got)
	}
	n.SetLive(1, true)
	n.SetLive(numbers[0], true)
	n.SetLive(99, false)
	if got := count(); got != 4 {
		t.Fatal(got)
	}
}
