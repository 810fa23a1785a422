package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	crowd  = 10_000
	rounds = 3
)

// stampede has ten thousand ask three nodes at the same time for a profile that nobody has. The source answers when all have asked.
func (p *plan) stampede(ctx context.Context) error {
	f, err := p.fleet(ctx, "stampede", "rate: 10000", "HOTLANE_ADMIT_IN_FLIGHT=16384")
	if err != nil {
		return err
	}
	defer f.Stop()
	conns, err := f.connect(ctx, crowd)
	defer hangUp(conns)
	if err != nil {
		return err
	}
	most, longest, good := 0, time.Duration(0), 0
	for round := range rounds {
		hold := make(chan struct{})
		f.people.begin(hold)
		took, answered, err := rush(ctx, conns, fmt.Sprintf("somebody%d", round), hold)
		if err != nil {
			return err
		}
		calls, _ := f.people.seen()
		most, longest, good = max(most, calls), max(longest, took), good+answered
	}
	p.Results.Row(fmt.Sprintf("%d concurrent misses on one key, three nodes, PostgreSQL and Redis: calls of the source", crowd), "1",
		fmt.Sprintf("**%d**, in each of %d rounds with a new key; %d of %d had the profile, the last %s after the source answered",
			most, rounds, good, rounds*crowd, rig.Brief(longest)))
	return nil
}

// rush asks on all connections at once and lets the source answer when all are waiting. took is from then until the last answer.
func rush(ctx context.Context, conns []*rig.Conn, username string, hold chan struct{}) (took time.Duration, good int, err error) {
	request := get(profilePath(username))
	var all sync.WaitGroup
	var sent, answered atomic.Int64
	var failure atomic.Pointer[error]
	for _, c := range conns {
		all.Go(func() {
			sent.Add(1)
			a, err := c.Ask(ctx, request)
			if err == nil && a.Status != 200 {
				err = fmt.Errorf("%d %s", a.Status, a.Body)
			}
			if err != nil {
				failure.Store(&err)
				return
			}
			answered.Add(1)
		})
	}
	err = rig.Until(ctx, time.Minute, func() bool { return sent.Load() == int64(len(conns)) })
	if err == nil {
		err = rig.Pause(ctx, 3*time.Second) // until the nodes have read them all
	}
	begun, early := time.Now(), answered.Load()
	close(hold)
	all.Wait()
	switch {
	case err != nil:
	case failure.Load() != nil:
		err = fmt.Errorf("one of %d: %w", int64(len(conns))-answered.Load(), *failure.Load())
	case early > 0:
		err = fmt.Errorf("%d had an answer before the source gave one", early)
	}
	return time.Since(begun), int(answered.Load()), err
}
