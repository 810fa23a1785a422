package workload_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/engine/workload"
)

// TestShape holds the generated items against the figures that they are named after.
func TestShape(t *testing.T) {
	for _, rate := range []workload.Rate{workload.Rare, workload.Some, workload.Common} {
		shape := workload.Table1(20_000, rate, 7)
		items := workload.Items(shape)
		if d := cmp.Diff(items[:100], workload.Items(shape)[:100]); d != "" {
			t.Fatal("not the same again: ", d)
		}
		var conjunctions, predicates, notIn, matches float64
		for _, it := range items {
			conjunctions += float64(len(it.Rules))
			for _, c := range it.Rules {
				predicates += float64(len(c))
				for _, p := range c {
					if p.Not {
						notIn++
					}
				}
			}
		}
		near(t, "conjunctions an item", conjunctions/float64(len(items)), 1.63, 0.02)
		near(t, "predicates a conjunction", predicates/conjunctions, 3.65, 0.02)
		near(t, "share of NOT IN", notIn/predicates, 0.1, 0.05)
		x := engine.Build(items)
		requests := workload.Requests(shape, 300)
		var s engine.Scratch
		for _, r := range requests {
			x.Start(&s, r)
			for _, ok := s.Next(); ok; _, ok = s.Next() {
				matches++
			}
		}
		near(t, "rate", matches/float64(len(requests)*len(items)), float64(rate), 0.25)
	}
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within*want {
		t.Errorf("%s: %.4g, want %.4g", what, got, want)
	}
}
