package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/hotlane/hotlane/bench/rig"
)

// api measures POST /v1/allocations of the real binary over 10,000 line items, with caps and budgets on; and beside it
// one whose every decision waits until its caps are on the disk.
func (p *plan) api(ctx context.Context) error {
	const items = 10_000
	if err := p.bodies(); err != nil {
		return err
	}
	fast, err := p.start(ctx, "api", "hotlane", nil)
	if err != nil {
		return err
	}
	defer fast.Stop()
	safe, err := p.start(ctx, "safe", "hotlane", nil, "HOTLANE_ALLOCATION_CAPS_FLUSH=0s")
	if err != nil {
		return err
	}
	defer safe.Stop()
	servers := []hotlane{fast, safe}
	targets := make([]*rig.Target, len(servers))
	for i, s := range servers {
		if _, err := s.fill(ctx, items); err != nil {
			return err
		}
		if err := s.ready(ctx, items); err != nil {
			return err
		}
		targets[i] = &rig.Target{URL: s.URL, Script: p.postScript(), Env: []string{"BODIES=" + filepath.Join(p.Dir, "bodies")}, PIDs: []int{s.PID}}
	}
	if err := p.Interleaved(ctx, targets...); err != nil {
		return err
	}
	a, b := targets[0].Samples, targets[1].Samples
	p.Results.Row("whole API over loopback, 10k line items, caps and budgets on, one core", "≥ 20,000 decisions/s",
		fmt.Sprintf("**%.0f decisions/s**, %s CPU a request, p50 %s, p99 %s at full load", rig.Median(a, rig.RateOf), rig.Micros(rig.Median(a, rig.CPUOf)), rig.Brief(rig.Median(a, rig.P50Of)), rig.Brief(rig.Median(a, rig.P99Of))))
	p.Results.Row("the same with `caps.flush: 0`", "a stated cost",
		fmt.Sprintf("%.0f decisions/s, %s CPU a request, p50 %s, p99 %s: %.2f times the CPU", rig.Median(b, rig.RateOf), rig.Micros(rig.Median(b, rig.CPUOf)),
			rig.Brief(rig.Median(b, rig.P50Of)), rig.Brief(rig.Median(b, rig.P99Of)), float64(rig.Median(b, rig.CPUOf))/float64(rig.Median(a, rig.CPUOf))))
	p.Results.Row("memory at 10k line items after that load", "-", fmt.Sprintf("%.0f MiB resident, of that the caps of 100,000 users", rig.Resident(fast.PID)))
	return nil
}
