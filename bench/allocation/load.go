package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/bench/dataset"
)

// sample is what one slice of load saw.
type sample struct {
	rate     float64       // answers a second
	cpu      time.Duration // of the server's processes, an answer
	others   time.Duration // of Redis and PostgreSQL, an answer
	p50, p99 time.Duration
}

// target is a server under load.
type target struct {
	url     string
	script  string // wrk's
	pids    []int  // of the server; its children are counted with it
	others  []int  // of what it keeps its data in
	samples []sample
}

const connections = 16

// hit puts wrk on a target for one slice.
func (p *plan) hit(ctx context.Context, t *target, seed int) error {
	var own, others []int
	for _, pid := range t.pids {
		own = append(own, family(pid)...)
	}
	for _, pid := range t.others {
		others = append(others, family(pid)...)
	}
	before, beside := spent(own), spent(others)
	seconds := fmt.Sprintf("%ds", int(p.slice.Seconds()))
	wrk := pinned(ctx, loadCore, "wrk", "-t1", fmt.Sprintf("-c%d", connections), "-d"+seconds, "--latency",
		"-s", t.script, t.url, "--", strconv.Itoa(seed))
	wrk.Env = append(os.Environ(), "BODIES="+filepath.Join(p.dir, "bodies"))
	out, err := wrk.CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	cpu, aside := spent(own)-before, spent(others)-beside
	s, answers, err := report(string(out))
	if err != nil {
		return fmt.Errorf("%s: %w", t.url, err)
	}
	s.cpu, s.others = cpu/time.Duration(answers), aside/time.Duration(answers)
	t.samples = append(t.samples, s)
	return nil
}

// report reads what wrk printed.
func report(out string) (s sample, answers int, err error) {
	if bad := regexp.MustCompile(`Non-2xx.*|Socket errors.*`).FindString(out); bad != "" {
		return s, 0, fmt.Errorf("%s", bad)
	}
	find := func(pattern string) string {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(out); m != nil {
			return m[1]
		}
		return ""
	}
	if answers, err = strconv.Atoi(find(`(\d+) requests in`)); err != nil || answers == 0 {
		return s, 0, fmt.Errorf("wrk says:\n%s", out)
	}
	s.rate, _ = strconv.ParseFloat(find(`Requests/sec:\s+([\d.]+)`), 64)
	s.p50, _ = time.ParseDuration(find(`50%\s+(\S+)`))
	s.p99, _ = time.ParseDuration(find(`99%\s+(\S+)`))
	return s, answers, nil
}

// median of one property over the samples.
func median[T int | float64 | time.Duration](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	if len(values) == 0 {
		return 0
	}
	return values[len(values)/2]
}

func rateOf(s sample) float64         { return s.rate }
func cpuOf(s sample) time.Duration    { return s.cpu }
func othersOf(s sample) time.Duration { return s.others }
func p50Of(s sample) time.Duration    { return s.p50 }
func p99Of(s sample) time.Duration    { return s.p99 }

// micros writes a duration as whole microseconds.
func micros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }

// bodies writes what post.lua sends.
func (p *plan) bodies() error {
	var text []byte
	for _, b := range dataset.Bodies(20_000, 7) {
		text = append(append(text, b...), '\n')
	}
	return os.WriteFile(filepath.Join(p.dir, "bodies"), text, 0o600)
}

// postScript is the load on POST /v1/allocations.
func (p *plan) postScript() string { return filepath.Join(p.repo, "bench/allocation/post.lua") }
