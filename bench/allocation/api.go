package main

import (
	"context"
	"fmt"
	"time"
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
	defer fast.stop()
	safe, err := p.start(ctx, "safe", "hotlane", nil, "HOTLANE_ALLOCATION_CAPS_FLUSH=0s")
	if err != nil {
		return err
	}
	defer safe.stop()
	servers := []*server{fast, safe}
	targets := make([]*target, len(servers))
	for i, s := range servers {
		if _, err := s.fill(ctx, items); err != nil {
			return err
		}
		if err := s.ready(ctx, items); err != nil {
			return err
		}
		targets[i] = &target{url: s.url, script: p.postScript(), pids: []int{s.pid}}
	}
	if err := p.interleaved(ctx, targets...); err != nil {
		return err
	}
	a, b := targets[0].samples, targets[1].samples
	p.results.row("whole API over loopback, 10k line items, caps and budgets on, one core", "≥ 20,000 decisions/s",
		fmt.Sprintf("**%.0f decisions/s**, %s CPU a request, p50 %s, p99 %s at full load", median(a, rateOf), micros(median(a, cpuOf)), brief(median(a, p50Of)), brief(median(a, p99Of))))
	p.results.row("the same with `caps.flush: 0`", "a stated cost",
		fmt.Sprintf("%.0f decisions/s, %s CPU a request, p50 %s, p99 %s: %.2f times the CPU", median(b, rateOf), micros(median(b, cpuOf)),
			brief(median(b, p50Of)), brief(median(b, p99Of)), float64(median(b, cpuOf))/float64(median(a, cpuOf))))
	p.results.row("memory at 10k line items after that load", "-", fmt.Sprintf("%.0f MiB resident, of that the caps of 100,000 users", resident(fast.pid)))
	return nil
}

// interleaved warms the targets, and then gives each its slices in turn.
func (p *plan) interleaved(ctx context.Context, targets ...*target) error {
	for _, t := range targets {
		if err := p.hit(ctx, t, 1000); err != nil {
			return err
		}
		t.samples = nil
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	for n := range p.slices {
		for _, t := range targets {
			if err := p.hit(ctx, t, n); err != nil {
				return err
			}
		}
	}
	return nil
}
