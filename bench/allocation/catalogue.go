package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hotlane/hotlane/bench/dataset"
	"github.com/hotlane/hotlane/bench/rig"
)

// catalogue measures a Hotlane of 100,000 line items: what it takes of memory, how long a rebuild takes, when edits and
// kills are seen, and what decisions meanwhile take.
func (p *plan) catalogue(ctx context.Context) error {
	const items, edits = 100_000, 7
	s, err := p.start(ctx, "catalogue", "hotlane", nil)
	if err != nil {
		return err
	}
	running := true
	defer func() {
		if running {
			_ = s.Stop() // what it would say, the failure before it has said
		}
	}()
	stored, err := s.fill(ctx, items)
	if err != nil {
		return err
	}
	if err := s.ready(ctx, items); err != nil {
		return err
	}
	calm, err := s.paced(ctx, func(ctx context.Context) error { return rig.Pause(ctx, 5*time.Second) })
	if err != nil {
		return err
	}
	var seen, gone []time.Duration
	busy, err := s.paced(ctx, func(ctx context.Context) error {
		for n := range edits {
			one, err := s.editSeen(ctx, n)
			if err != nil {
				return err
			}
			other, err := s.killSeen(ctx, n)
			if err != nil {
				return err
			}
			seen, gone = append(seen, one), append(gone, other)
		}
		return nil
	})
	if err != nil {
		return err
	}
	build, err := s.Metric(ctx, buildMetric)
	if err != nil {
		return err
	}
	p.Results.Row("100k line items, their campaigns and creatives imported in one request", "-", fmt.Sprintf("stored in %.1f s", stored.Seconds()))
	p.Results.Row("whole catalogue of 100k rebuilt, server on one core, decisions going on", "≤ 1 s", fmt.Sprintf("%.2f s", build))
	p.Results.Row("edit visible", "< 1 s", rig.Spread(seen))
	p.Results.Row("kill visible", "< 100 ms", rig.Spread(gone))
	p.Results.Row("decisions meanwhile, 2,000 a second, over loopback", "bounded by design", fmt.Sprintf("p99 %s, most %s; without edits p99 %s, most %s",
		rig.Brief(rig.Quantile(busy, 0.99)), rig.Brief(rig.Quantile(busy, 1)), rig.Brief(rig.Quantile(calm, 0.99)), rig.Brief(rig.Quantile(calm, 1))))
	if err := p.memory(ctx, s, "after the import, edits and load"); err != nil {
		return err
	}
	running = false
	if err := s.Stop(); err != nil {
		return err
	}
	for _, limit := range []string{"", "GOMEMLIMIT=400MiB"} {
		if err := p.again(ctx, items, limit); err != nil {
			return err
		}
	}
	return nil
}

// again starts a Hotlane over what is stored, and looks at its memory under load, with Go's own settings or a limit.
func (p *plan) again(ctx context.Context, items int, setting string) error {
	begun := time.Now()
	s, err := p.start(ctx, "catalogue", "hotlane", nil, setting)
	if err != nil {
		return err
	}
	defer s.Stop()
	if err := s.ready(ctx, items); err != nil {
		return err
	}
	name := strings.TrimSpace("started anew " + setting)
	p.Results.Row(name+", 100k line items: until it serves", "-", fmt.Sprintf("%.1f s", time.Since(begun).Seconds()))
	before := rig.Spent(rig.Family(s.PID))
	times, err := s.paced(ctx, func(ctx context.Context) error { return rig.Pause(ctx, 10*time.Second) })
	if err != nil {
		return err
	}
	cpu := rig.Spent(rig.Family(s.PID)) - before
	return p.memory(ctx, s, fmt.Sprintf("%s, 2,000 decisions a second at %s CPU each, p99 %s", name, rig.Micros(cpu/time.Duration(len(times))), rig.Brief(rig.Quantile(times, 0.99))))
}

// buildMetric is how long the last rebuild took, in seconds.
const buildMetric = "hotlane_allocation_catalogue_build_seconds"

// memory waits for garbage collections to come to rest.
func (p *plan) memory(ctx context.Context, s hotlane, when string) error {
	peak := rig.Resident(s.PID)
	if err := rig.Pause(ctx, 15*time.Second); err != nil {
		return err
	}
	heap, err := s.Metric(ctx, "go_memstats_heap_alloc_bytes")
	if err != nil {
		return err
	}
	p.Results.Row("memory at 100k line items, "+when, "≤ 400 MiB", fmt.Sprintf("%.0f MiB resident, %.0f MiB a quarter of a minute after the load; heap %.0f MiB", peak, rig.Resident(s.PID), heap/(1<<20)))
	return nil
}

// paced asks for 2,000 decisions a second while the work is done, and returns what each took.
func (s hotlane) paced(ctx context.Context, work func(context.Context) error) ([]time.Duration, error) {
	const askers, every = 4, 2 * time.Millisecond
	bodies := dataset.Bodies(4096, 11)
	asking, end := context.WithCancel(ctx)
	defer end()
	var all sync.WaitGroup
	took := make([][]time.Duration, askers)
	errs := make([]error, askers)
	for a := range askers {
		all.Go(func() {
			tick := time.NewTicker(every)
			defer tick.Stop()
			for n := a; asking.Err() == nil; n += askers {
				begun := time.Now()
				if _, err := s.decide(ctx, bodies[n%len(bodies)]); err != nil {
					errs[a] = err
					return
				}
				took[a] = append(took[a], time.Since(begun))
				select {
				case <-tick.C:
				case <-asking.Done():
				}
			}
		})
	}
	err := work(ctx)
	end()
	all.Wait()
	for _, e := range errs {
		if err == nil {
			err = e
		}
	}
	times := slices.Concat(took...)
	slices.Sort(times)
	return times, err
}

// editSeen adds an ad that everybody must get, and returns the time from asking for that until an answer has it.
func (s hotlane) editSeen(ctx context.Context, n int) (time.Duration, error) {
	things := fmt.Sprintf(`{"thing":"line_item","id":"edit%d","campaign":"c1","tier":"sponsorship","bid_type":"cpm","bid_micros":900000000000}
{"thing":"creative","id":"edit%d-0","line_item":"edit%d","title":"Edited","landing":"https://go.example/edit"}`, n, n, n)
	begun := time.Now()
	if _, err := s.Admin(ctx, "POST", "/v1/allocation/import", "application/x-ndjson", strings.NewReader(things)); err != nil {
		return 0, err
	}
	err := s.await(ctx, n, true)
	return time.Since(begun), err
}

func (s hotlane) killSeen(ctx context.Context, n int) (time.Duration, error) {
	begun := time.Now()
	if _, err := s.Admin(ctx, "POST", fmt.Sprintf("/v1/allocation/line_items/edit%d/kill", n), "application/json", nil); err != nil {
		return 0, err
	}
	err := s.await(ctx, n, false)
	return time.Since(begun), err
}

// await asks as one new user after the other until answers have the edited item, or have it no more.
func (s hotlane) await(ctx context.Context, n int, there bool) error {
	id, asked := fmt.Sprintf("edit%d", n), 0
	var failed error
	err := rig.Until(ctx, 20*time.Second, func() bool {
		asked++
		items, err := s.decide(ctx, fmt.Appendf(nil, `{"placements":[{"id":%q}],"user":{"id":"%s-%t-%d"}}`, dataset.Placement, id, there, asked))
		failed = err
		return err != nil || slices.Contains(items, id) == there
	})
	if err != nil {
		return fmt.Errorf("%s there: not %t in time: %w", id, there, err)
	}
	return failed
}
