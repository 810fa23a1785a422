package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"
)

const lossRounds = 5

// loss kills each server while people write, and Redis under the two designs, and counts what its writers knew to have arrived and
// who comes next is not shown.
func (p *plan) loss(ctx context.Context) error {
	ours, err := p.lossOfOurs(ctx)
	if err != nil {
		return err
	}
	text := "ours " + ours.String()
	for _, design := range []string{"readall", "change"} {
		app, err := p.lossOf(ctx, design, false)
		if err != nil {
			return fmt.Errorf("%s: %w", design, err)
		}
		redis, err := p.lossOf(ctx, design, true)
		if err != nil {
			return fmt.Errorf("%s, Redis: %w", design, err)
		}
		text += fmt.Sprintf("; %s %s; its Redis killed: %s", design, app, redis)
	}
	p.Results.Row(fmt.Sprintf("kill -9 while they write, %d times: messages that their writers knew to have arrived, and that are gone", lossRounds), "ours 0", text)
	return nil
}

// toll is what was lost of what was known.
type toll struct{ lost, known int }

func (t toll) String() string { return fmt.Sprintf("**%d** of %d", t.lost, t.known) }

// strike has people write notes, each a new one, and ends the server under them.
func (t *table) strike(ctx context.Context, kill func() error) error {
	t.fresh = true
	gone := 0
	all := len(t.crowd.wires)
	for _, w := range t.crowd.wires {
		w.ended = func(*wire, error) { gone++ }
	}
	t.begin()
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); {
		if err := t.crowd.turn(ctx, 5); err != nil {
			return err
		}
	}
	t.idle = true // what is answered from now on is counted, and no more is written
	if err := kill(); err != nil {
		return err
	}
	return t.crowd.until(ctx, 20*time.Second, func() bool { return gone == all })
}

func (p *plan) lossOfOurs(ctx context.Context) (toll, error) {
	var sum toll
	for range lossRounds {
		s, err := p.hotlane(ctx, "loss")
		if err != nil {
			return sum, err
		}
		t, err := p.tableAt(ctx, s.URL)
		if err != nil {
			return sum, errors.Join(err, s.Stop())
		}
		if err := t.strike(ctx, s.Kill); err != nil {
			return sum, err
		}
		again, err := s.Again(ctx)
		if err != nil {
			return sum, err
		}
		var kept []byte
		for _, one := range t.papers {
			text, fault := one.read(ctx, again.URL)
			kept, err = append(kept, text...), errors.Join(err, fault)
		}
		t.miss(kept, `"id":"n%s%d"`, &sum)
		t.crowd.close()
		if err := errors.Join(err, again.Stop()); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// lossOf is the same of a design before, where a paper is read whole by who comes next.
func (p *plan) lossOf(ctx context.Context, design string, redisToo bool) (toll, error) {
	var sum toll
	for round := range lossRounds {
		one, err := p.lossOnce(ctx, design, fmt.Sprintf("%s-%t-%d", design, redisToo, round), redisToo)
		if err != nil {
			return sum, err
		}
		sum.lost += one.lost
		sum.known += one.known
	}
	return sum, nil
}

func (p *plan) lossOnce(ctx context.Context, design, place string, redisToo bool) (sum toll, err error) {
	redis, err := p.redis(ctx, place)
	if err != nil {
		return sum, err
	}
	defer func() { _ = redis.kill() }()
	s, err := p.peer(ctx, design, redis.URL)
	if err != nil {
		return sum, err
	}
	defer func() { _ = s.kill() }()
	t, err := p.theirTableAt(ctx, design, s.URL)
	if err != nil {
		return sum, err
	}
	defer t.crowd.close()
	err = t.strike(ctx, func() error {
		if redisToo {
			if err := redis.kill(); err != nil {
				return err
			}
		}
		return s.kill()
	})
	if err != nil {
		return sum, err
	}
	if redisToo {
		if redis, err = p.redis(ctx, place); err != nil {
			return sum, err
		}
	}
	if s, err = p.peer(ctx, design, redis.URL); err != nil {
		return sum, err
	}
	kept, err := papersAt(ctx, s.URL)
	if err != nil {
		return sum, err
	}
	t.miss(kept, `"op":"%s:%d"`, &sum)
	return sum, nil
}

// miss looks for what each knew in what was kept, by a form of name and number.
func (t *table) miss(kept []byte, form string, sum *toll) {
	for _, one := range t.people {
		sum.known += one.known
		for n := 1; n <= one.known; n++ {
			if !bytes.Contains(kept, fmt.Appendf(nil, form, one.name, n)) {
				sum.lost++
			}
		}
	}
}

// papersAt is what somebody is shown who opens all papers.
func papersAt(ctx context.Context, url string) (all []byte, err error) {
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	defer c.close()
	shown := 0
	for i := range originPapers {
		_, err := c.dial(url, fmt.Sprintf("/ws/p%d", i), "", func(*wire) {}, func(_ *wire, frame []byte) {
			shown++
			all = append(all, frame...)
		})
		if err != nil {
			return nil, err
		}
	}
	return all, c.until(ctx, 10*time.Second, func() bool { return shown == originPapers })
}
