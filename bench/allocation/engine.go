package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/bench/rig"
)

// engine runs the engine's own benchmarks on one core: 100,000 items for decisions, a million for all matches.
func (p *plan) engine(ctx context.Context) error {
	found := map[string]map[string]float64{}
	for _, run := range []struct{ pattern, time string }{
		{"BenchmarkTable1", "1s"}, {"BenchmarkAll", "40x"}, {"BenchmarkBuild|BenchmarkApply", "3x"}, {"BenchmarkTail", "1s"},
	} {
		test := rig.Pinned(ctx, rig.ServerCore, filepath.Join(p.Bin, "engine.test"), "-test.run", "^$", "-test.bench", run.pattern, "-test.benchtime", run.time)
		out, err := test.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			benchmark(line, found)
		}
	}
	rates := []string{"0.03%", "1%", "10%"}
	for _, rate := range rates {
		f := found["BenchmarkTable1/rate="+rate]
		p.Results.Row("engine, 100k line items, "+rate+" match, one decision", "p50 ≤ 10 µs at 10%; p99 ≤ 100 µs; 0 allocations",
			fmt.Sprintf("p50 %.1f µs, p99 %.1f µs, %.0f allocations", f["p50-µs"], f["p99-µs"], f["allocs/op"]))
	}
	for _, rate := range rates {
		f := found["BenchmarkAll/rate="+rate]
		p.Results.Row("engine, 1M items, "+rate+" match, all matches", "≤ 5 ms", fmt.Sprintf("p50 %.2f ms, p99 %.2f ms", f["p50-µs"]/1000, f["p99-µs"]/1000))
	}
	p.Results.Row("engine alone: index of 100k built anew", "≤ 1 s", fmt.Sprintf("%.2f s at 0.03%%, %.2f s at 10%%",
		found["BenchmarkBuild/rate=0.03%"]["ns/op"]/1e9, found["BenchmarkBuild/rate=10%"]["ns/op"]/1e9))
	p.Results.Row("engine alone: one edit beside the index", "-", fmt.Sprintf("%.0f µs; decisions beside a full tail: p99 %.0f µs at 0.03%%, %.0f µs at 10%%",
		found["BenchmarkApply"]["ns/op"]/1000, found["BenchmarkTail/rate=0.03%"]["p99-µs"], found["BenchmarkTail/rate=10%"]["p99-µs"]))
	return nil
}

// benchmark reads a line of go test's: the name, the rounds, then pairs of value and unit.
func benchmark(line string, into map[string]map[string]float64) {
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
		return
	}
	values := map[string]float64{}
	for i := 2; i+1 < len(fields); i += 2 {
		values[fields[i+1]], _ = strconv.ParseFloat(fields[i], 64)
	}
	into[fields[0]] = values
}
