package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	budgetRate = 50   // calls a second that the source allows
	misses     = 5000 // a second, each on a key of its own
	familiar   = 100  // a second, of profiles that are known and stale
	familiars  = 50
	floodTime  = time.Minute
	askers     = 600 // connections to each node
)

// budget asks three nodes for a minute for far more than the source allows.
func (p *plan) budget(ctx context.Context) error {
	f, err := p.fleet(ctx, "budget", fmt.Sprintf("rate: %d\n      fresh: 1s\n      stale: 1h", budgetRate))
	if err != nil {
		return err
	}
	defer f.Stop()
	conns, err := f.connect(ctx, nodes*askers)
	defer hangUp(conns)
	if err != nil {
		return err
	}
	if err := f.meet(ctx); err != nil {
		return err
	}
	f.people.begin(nil)
	own, stores := f.spent()
	t, err := flood(ctx, conns, floodTime)
	if err != nil {
		return err
	}
	own2, stores2 := f.spent()
	if f.people.untimed() {
		return errors.New("the kernel does not say when calls arrived")
	}
	p.budgetRows(f, t, (own2-own)/time.Duration(t.asked), (stores2-stores)/time.Duration(t.asked))
	return nil
}

func (p *plan) budgetRows(f *fleet, t *tally, own, stores time.Duration) {
	calls, most := f.people.seen()
	p.Results.Row(fmt.Sprintf("budget of %d/s under %d distinct misses/s and %d requests/s for stale profiles, for a minute, three nodes: most calls in any second",
		budgetRate, misses, familiar), "≤ 50", fmt.Sprintf("**%d**, %d calls in all; %.0f requests/s were asked", most, calls, float64(t.asked)/t.took.Seconds()))
	share := func(n int) string { return fmt.Sprintf("%.2f%%", 100*float64(n)/float64(t.asked)) }
	p.Results.Row("what they were answered", "the rest are told when to come back, or given stale",
		fmt.Sprintf("fetched or fresh %s, stale %s, 503 or 429 with Retry-After %s, **anything else %d**; refused within p50 %s, p99 %s; %s CPU a request in the nodes, %s in PostgreSQL and Redis",
			share(t.fresh), share(t.stale), share(t.later), t.other, rig.Brief(t.refused.at(0.5)), rig.Brief(t.refused.at(0.99)), rig.Micros(own), rig.Micros(stores)))
	if t.other > 0 {
		p.Results.Note("Anything else was, for example: %s", t.example)
	}
}

// meet has the profiles fetched that are stale soon.
func (f *fleet) meet(ctx context.Context) error {
	for i := range familiars {
		resp, err := ask(ctx, f.nodes[i%nodes].URL+profilePath(fmt.Sprintf("known%d", i)))
		if err != nil {
			return err
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != 200 {
			return fmt.Errorf("known%d: %s, %w", i, resp.Status, err)
		}
	}
	return rig.Pause(ctx, 2*time.Second)
}

// tally is what a flood was answered.
type tally struct {
	asked, fresh, stale, later, other int
	refused                           histogram
	example                           string
	took                              time.Duration
}

func (t *tally) add(a rig.Answer, err error) {
	t.asked++
	switch {
	case err != nil:
		t.other, t.example = t.other+1, err.Error()
	case a.Status == 200 && bytes.HasSuffix(a.Body, []byte(`"stale":true}`)):
		t.stale++
	case a.Status == 200:
		t.fresh++
	case (a.Status == 503 || a.Status == 429) && a.RetryAfter != "":
		t.later++
		t.refused.add(a.Took)
	default:
		t.other, t.example = t.other+1, fmt.Sprintf("%d %.200s", a.Status, a.Body)
	}
}

func (t *tally) join(o *tally) {
	t.asked, t.fresh, t.stale, t.later, t.other = t.asked+o.asked, t.fresh+o.fresh, t.stale+o.stale, t.later+o.later, t.other+o.other
	t.refused.join(&o.refused)
	if o.example != "" {
		t.example = o.example
	}
}

// flood asks at a fixed pace, whatever the answers, as long as there are free connections.
func flood(ctx context.Context, conns []*rig.Conn, length time.Duration) (*tally, error) {
	requests := make(chan string, len(conns))
	tallies := make([]tally, len(conns))
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			for username := range requests {
				tallies[i].add(c.Ask(ctx, get(profilePath(username))))
			}
		})
	}
	begun := time.Now()
	pace(ctx, length, requests)
	close(requests)
	all.Wait()
	total := &tally{took: time.Since(begun)}
	for i := range tallies {
		total.join(&tallies[i])
	}
	return total, ctx.Err()
}

// pace sends names, in lots of a hundredth of a second.
func pace(ctx context.Context, length time.Duration, requests chan<- string) {
	const lots = 100
	tick := time.NewTicker(time.Second / lots)
	defer tick.Stop()
	n := 0
	for end := time.Now().Add(length); time.Now().Before(end) && ctx.Err() == nil; n++ {
		for i := range misses / lots {
			requests <- fmt.Sprintf("new%d-%d", n, i)
		}
		for i := range familiar / lots {
			requests <- fmt.Sprintf("known%d", (n+i)%familiars)
		}
		<-tick.C
	}
}
