package rig

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Sample is what one slice of load saw.
type Sample struct {
	Rate     float64       // answers a second
	CPU      time.Duration // of the server's processes, an answer
	Others   time.Duration // of Redis and PostgreSQL, an answer
	P50, P99 time.Duration
}

// Target is a server under load.
type Target struct {
	URL     string
	Script  string   // wrk's; empty: GET of the URL
	Env     []string // for the script
	PIDs    []int    // of the server; its children are counted with it
	Others  []int    // of what it keeps its data in
	Samples []Sample
}

const connections = 16

// Hit puts wrk on a target for one slice.
func (r *Rig) Hit(ctx context.Context, t *Target, seed int) error {
	var own, others []int
	for _, pid := range t.PIDs {
		own = append(own, Family(pid)...)
	}
	for _, pid := range t.Others {
		others = append(others, Family(pid)...)
	}
	before, beside := Spent(own), Spent(others)
	seconds := fmt.Sprintf("%ds", int(r.Slice.Seconds()))
	args := []string{"-t1", fmt.Sprintf("-c%d", connections), "-d" + seconds, "--latency"}
	if t.Script != "" {
		args = append(args, "-s", t.Script)
	}
	wrk := Pinned(ctx, LoadCore, "wrk", append(args, t.URL, "--", strconv.Itoa(seed))...)
	wrk.Env = append(os.Environ(), t.Env...)
	out, err := wrk.CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w\n%s", err, out)
	}
	cpu, aside := Spent(own)-before, Spent(others)-beside
	s, answers, err := report(string(out))
	if err != nil {
		return fmt.Errorf("%s: %w", t.URL, err)
	}
	s.CPU, s.Others = cpu/time.Duration(answers), aside/time.Duration(answers)
	t.Samples = append(t.Samples, s)
	return nil
}

// report reads what wrk printed.
func report(out string) (s Sample, answers int, err error) {
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
	s.Rate, _ = strconv.ParseFloat(find(`Requests/sec:\s+([\d.]+)`), 64)
	s.P50, _ = time.ParseDuration(find(`50%\s+(\S+)`))
	s.P99, _ = time.ParseDuration(find(`99%\s+(\S+)`))
	return s, answers, nil
}

// Median of one property over the samples.
func Median[T int | float64 | time.Duration](samples []Sample, of func(Sample) T) T {
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

// What Median is asked for.
func RateOf(s Sample) float64         { return s.Rate }
func CPUOf(s Sample) time.Duration    { return s.CPU }
func OthersOf(s Sample) time.Duration { return s.Others }
func P50Of(s Sample) time.Duration    { return s.P50 }
func P99Of(s Sample) time.Duration    { return s.P99 }

// Micros writes a duration as whole microseconds.
func Micros(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }

// Interleaved warms the targets, and then gives each its slices in turn.
func (r *Rig) Interleaved(ctx context.Context, targets ...*Target) error {
	for _, t := range targets {
		if err := r.Hit(ctx, t, 1000); err != nil {
			return err
		}
		t.Samples = nil
	}
	if err := Pause(ctx, time.Second); err != nil {
		return err
	}
	for n := range r.Slices {
		for _, t := range targets {
			if err := r.Hit(ctx, t, n); err != nil {
				return err
			}
		}
	}
	return nil
}
