package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hotlane/hotlane/bench/dataset"
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
			_ = s.stop() // what it would say, the failure before it has said
		}
	}()
	stored, err := s.fill(ctx, items)
	if err != nil {
		return err
	}
	if err := s.ready(ctx, items); err != nil {
		return err
	}
	calm, err := s.paced(ctx, func(ctx context.Context) error { return pause(ctx, 5*time.Second) })
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
	build, err := s.metric(ctx, buildMetric)
	if err != nil {
		return err
	}
	p.results.row("100k line items, their campaigns and creatives imported in one request", "-", fmt.Sprintf("stored in %.1f s", stored.Seconds()))
	p.results.row("whole catalogue of 100k rebuilt, server on one core, decisions going on", "≤ 1 s", fmt.Sprintf("%.2f s", build))
	p.results.row("edit visible", "< 1 s", spread(seen))
	p.results.row("kill visible", "< 100 ms", spread(gone))
	p.results.row("decisions meanwhile, 2,000 a second, over loopback", "bounded by design", fmt.Sprintf("p99 %s, most %s; without edits p99 %s, most %s",
		brief(quantile(busy, 0.99)), brief(quantile(busy, 1)), brief(quantile(calm, 0.99)), brief(quantile(calm, 1))))
	if err := p.memory(ctx, s, "after the import, edits and load"); err != nil {
		return err
	}
	running = false
	if err := s.stop(); err != nil {
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
	defer s.stop()
	if err := s.ready(ctx, items); err != nil {
		return err
	}
	name := strings.TrimSpace("started anew " + setting)
	p.results.row(name+", 100k line items: until it serves", "-", fmt.Sprintf("%.1f s", time.Since(begun).Seconds()))
	before := spent(family(s.pid))
	times, err := s.paced(ctx, func(ctx context.Context) error { return pause(ctx, 10*time.Second) })
	if err != nil {
		return err
	}
	cpu := spent(family(s.pid)) - before
	return p.memory(ctx, s, fmt.Sprintf("%s, 2,000 decisions a second at %s CPU each, p99 %s", name, micros(cpu/time.Duration(len(times))), brief(quantile(times, 0.99))))
}

// buildMetric is how long the last rebuild took, in seconds.
const buildMetric = "hotlane_allocation_catalogue_build_seconds"

// memory waits for garbage collections to come to rest.
func (p *plan) memory(ctx context.Context, s *server, when string) error {
	peak := resident(s.pid)
	if err := pause(ctx, 15*time.Second); err != nil {
		return err
	}
	heap, err := s.metric(ctx, "go_memstats_heap_alloc_bytes")
	if err != nil {
		return err
	}
	p.results.row("memory at 100k line items, "+when, "≤ 400 MiB", fmt.Sprintf("%.0f MiB resident, %.0f MiB a quarter of a minute after the load; heap %.0f MiB", peak, resident(s.pid), heap/(1<<20)))
	return nil
}

// paced asks for 2,000 decisions a second while the work is done, and returns what each took.
func (s *server) paced(ctx context.Context, work func(context.Context) error) ([]time.Duration, error) {
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
func (s *server) editSeen(ctx context.Context, n int) (time.Duration, error) {
	things := fmt.Sprintf(`{"thing":"line_item","id":"edit%d","campaign":"c1","tier":"sponsorship","bid_type":"cpm","bid_micros":900000000000}
{"thing":"creative","id":"edit%d-0","line_item":"edit%d","title":"Edited","landing":"https://go.example/edit"}`, n, n, n)
	begun := time.Now()
	if _, err := s.admin(ctx, "POST", "/v1/allocation/import", "application/x-ndjson", strings.NewReader(things)); err != nil {
		return 0, err
	}
	err := s.await(ctx, n, true)
	return time.Since(begun), err
}

func (s *server) killSeen(ctx context.Context, n int) (time.Duration, error) {
	begun := time.Now()
	if _, err := s.admin(ctx, "POST", fmt.Sprintf("/v1/allocation/line_items/edit%d/kill", n), "application/json", nil); err != nil {
		return 0, err
	}
	err := s.await(ctx, n, false)
	return time.Since(begun), err
}

// await asks as one new user after the other until answers have the edited item, or have it no more.
func (s *server) await(ctx context.Context, n int, there bool) error {
	id, asked := fmt.Sprintf("edit%d", n), 0
	var failed error
	err := until(ctx, 20*time.Second, func() bool {
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

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// quantile of sorted times.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

func spread(times []time.Duration) string {
	slices.Sort(times)
	return fmt.Sprintf("median %s, most %s of %d", brief(quantile(times, 0.5)), brief(quantile(times, 1)), len(times))
}

// brief writes milliseconds.
func brief(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
