package engine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lanes/allocation/engine"
	"github.com/hotlane/hotlane/lanes/allocation/engine/workload"
	"github.com/hotlane/hotlane/lanes/allocation/targeting"
)

const wanted = 10

// take gives the number of items found, at most n.
func take(s *engine.Scratch, n int) int {
	for i := range n {
		if _, ok := s.Next(); !ok {
			return i
		}
	}
	return n
}

// measured times each decision by itself and reports the quantiles.
func measured(b *testing.B, requests []*targeting.Request, decide func(r *targeting.Request)) {
	for _, r := range requests {
		decide(r)
	}
	took := make([]time.Duration, 0, b.N)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		decide(requests[i%len(requests)])
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Nanoseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-µs")
	b.ReportMetric(at(0.99), "p99-µs")
}

func matchRate(x *engine.Index, requests []*targeting.Request) float64 {
	var s engine.Scratch
	n := 0
	for _, r := range requests {
		x.Start(&s, r)
		n += take(&s, x.Len())
	}
	return float64(n) / float64(len(requests)) / float64(x.Len())
}

// BenchmarkTable1 is one decision: the best 10 of 100,000 items.
func BenchmarkTable1(b *testing.B) {
	for _, rate := range []workload.Rate{workload.Rare, workload.Some, workload.Common} {
		b.Run(fmt.Sprintf("rate=%v%%", float64(rate)*100), func(b *testing.B) {
			shape := workload.Table1(100_000, rate, 1)
			x := engine.Build(workload.Items(shape))
			requests := workload.Requests(shape, 4096)
			var s engine.Scratch
			measured(b, requests, func(r *targeting.Request) {
				x.Start(&s, r)
				take(&s, wanted)
			})
			b.ReportMetric(matchRate(x, requests[:200])*100, "%match")
			b.ReportMetric(float64(x.Bytes())/(1<<20), "MiB")
		})
	}
}

// BenchmarkMixed is one decision over rules of all kinds, with the best 10 wanted, and with all.
func BenchmarkMixed(b *testing.B) {
	x := engine.Build(workload.Mixed(100_000, 1))
	requests := workload.MixedRequests(4096, 1)
	for _, k := range []int{wanted, x.Len()} {
		b.Run(fmt.Sprintf("k=%d", k), func(b *testing.B) {
			var s engine.Scratch
			measured(b, requests, func(r *targeting.Request) {
				x.Start(&s, r)
				take(&s, k)
			})
			b.ReportMetric(matchRate(x, requests[:200])*100, "%match")
			b.ReportMetric(float64(x.Bytes())/(1<<20), "MiB")
		})
	}
}

// BenchmarkAll collects every match among a million items.
func BenchmarkAll(b *testing.B) {
	for _, rate := range []workload.Rate{workload.Rare, workload.Some, workload.Common} {
		b.Run(fmt.Sprintf("rate=%v%%", float64(rate)*100), func(b *testing.B) {
			shape := workload.Table1(1_000_000, rate, 1)
			x := engine.Build(workload.Items(shape))
			requests := workload.Requests(shape, 64)
			var s engine.Scratch
			measured(b, requests, func(r *targeting.Request) {
				x.Start(&s, r)
				take(&s, x.Len())
			})
			b.ReportMetric(matchRate(x, requests)*100, "%match")
			b.ReportMetric(float64(x.Bytes())/(1<<20), "MiB")
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, rate := range []workload.Rate{workload.Rare, workload.Common} {
		b.Run(fmt.Sprintf("rate=%v%%", float64(rate)*100), func(b *testing.B) {
			items := workload.Items(workload.Table1(100_000, rate, 1))
			for b.Loop() {
				engine.Build(items)
			}
		})
	}
}

// BenchmarkTail is one decision while as many edits as can be stand beside the index.
func BenchmarkTail(b *testing.B) {
	for _, rate := range []workload.Rate{workload.Rare, workload.Common} {
		b.Run(fmt.Sprintf("rate=%v%%", float64(rate)*100), func(b *testing.B) {
			shape := workload.Table1(100_000, rate, 1)
			items := workload.Items(shape)
			n := engine.Build(items).Snapshot()
			edits := make([]engine.Edit, engine.MaxTail-100)
			for i := range edits {
				edits[i] = engine.Edit{Remove: int32(i * 20), Add: &items[i*20]}
			}
			n, _, _ = n.Apply(edits)
			n, _, _ = n.Apply(edits[:100]) // these stay flat
			requests := workload.Requests(shape, 4096)
			var s engine.Scratch
			measured(b, requests, func(r *targeting.Request) {
				n.Start(&s, r)
				take(&s, wanted)
			})
		})
	}
}

// BenchmarkApply is one replacement, visible when it returns.
func BenchmarkApply(b *testing.B) {
	items := workload.Items(workload.Table1(100_000, workload.Some, 1))
	start := engine.Build(items).Snapshot()
	n := start
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		next, _, err := n.Apply([]engine.Edit{{Remove: int32(i % len(items)), Add: &items[i%len(items)]}})
		if err != nil {
			next = start
		}
		n = next
	}
}
