package engine_test

import (
	"fmt"
	"testing"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/engine/workload"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

// TestDecisionsDoNotAllocate covers rows, anchors, residual checks, lists, the tail and top-k.
func TestDecisionsDoNotAllocate(t *testing.T) {
	items := workload.Items(workload.Table1(2000, workload.Common, 3))
	for i := range items {
		rule := &items[i].Rules[0]
		switch i % 4 {
		case 0:
			*rule = append(*rule, targeting.OneOf(fmt.Sprintf("kv.rare%d", i%64), "a", "b"))
		case 1:
			*rule = append(*rule, targeting.Predicate{
				Attr: "location", Kind: targeting.Geo, Op: targeting.Within, Circle: &targeting.Circle{Lat: 37, Lon: 127, Meters: 5e5},
			})
		case 2:
			*rule = append(*rule, targeting.Predicate{
				Attr: "version", Kind: targeting.Version, Op: targeting.Range,
				Ends: &targeting.Ends{Lo: targeting.Bound{Set: true, Version: targeting.VersionValue{Parts: [4]uint64{uint64(i)}}}},
			})
		}
	}
	n := engine.Build(items).Snapshot()
	for i := range 50 {
		n, _, _ = n.Apply([]engine.Edit{{Remove: int32(i), Add: &items[i*7]}})
	}
	requests := workload.Requests(workload.Table1(2000, workload.Common, 3), 50)
	for i, r := range requests {
		r.AddList("segment", []string{"a", "b", "c"})
		r.AddText(fmt.Sprintf("kv.rare%d", i), "a")
		r.AddPoint("location", 37.5, 127)
		r.AddText("version", "1000.2-beta")
	}
	placement := targeting.Attr{Name: "~placement", Text: "feed"}
	affinity := []float64{0, 1, 0.5}
	var s engine.Scratch
	out := make([]engine.Scored, 0, 10)
	i := 0
	decide := func() {
		r := requests[i%len(requests)]
		i++
		n.Start(&s, r, placement)
		take(&s, 1<<30)
		n.Start(&s, r, placement)
		out = s.TopK(10, affinity, nil, out[:0])
	}
	for range requests {
		decide()
	}
	if got := testing.AllocsPerRun(200, decide); got != 0 {
		t.Errorf("%v allocations a decision", got)
	}
}
