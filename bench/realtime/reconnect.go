package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const missedEach = 5 // entries of each channel that are published while all are away

// reconnect cuts all connections at once. All come back at once and recover what they missed.
func (p *plan) reconnect(ctx context.Context) error {
	s, err := p.hotlane(ctx, "reconnect")
	if err != nil {
		return err
	}
	defer s.Stop()
	n := most(clients)
	first, err := newCrowd()
	if err != nil {
		return err
	}
	var seats [][]seat
	if err := first.seat(ctx, s.URL, n, func(t *talker) { seats = append(seats, t.rooms) }); err != nil {
		return err
	}
	first.close()
	if err := p.speak(ctx, s); err != nil {
		return err
	}
	again, err := newCrowd()
	if err != nil {
		return err
	}
	defer again.close()
	reads, err := readsOf(ctx, s)
	if err != nil {
		return err
	}
	before, begun := rig.Spent([]int{s.PID}), time.Now()
	b, err := again.comeBack(ctx, s.URL, seats)
	if err != nil {
		return err
	}
	took, cpu := time.Since(begun), rig.Spent([]int{s.PID})-before
	after, err := readsOf(ctx, s)
	if err != nil {
		return err
	}
	p.Results.Row(fmt.Sprintf("%d clients in two channels reconnect at once: until all have recovered", n), "≤ 10 s, no SQL read within the memory window",
		fmt.Sprintf("**%.1f s**, %.1f s of the server's core; %d of %d subscriptions recovered with all %d entries they had missed; **%.0f SQL reads**",
			took.Seconds(), cpu.Seconds(), b.recovered, 2*n, missedEach, after-reads))
	return nil
}

// readsOf is how often logs were read from SQL: to give somebody what was missed, to open a channel, and to fill a gap.
func readsOf(ctx context.Context, s *rig.Server) (sum float64, err error) {
	for _, name := range []string{"recovered_sql_total", "rooms_made_total", "gaps_total"} {
		n, err := s.Metric(ctx, "hotlane_live_"+name+`{lane="live"}`)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// speak publishes in all channels while nobody is there but the one who does.
func (p *plan) speak(ctx context.Context, s *rig.Server) error {
	c, err := newCrowd()
	if err != nil {
		return err
	}
	defer c.close()
	seats := make([]seat, 0, idleChannels)
	acks, wanted := 0, idleChannels*missedEach
	for i := range idleChannels {
		seats = append(seats, seat{channel: fmt.Sprintf("plain:i%d", i)})
	}
	for i := 0; i < len(seats); i += 10 {
		t, err := c.talk(s.URL, seats[i:i+10], func(t *talker) {
			for n := range missedEach {
				for k := range t.rooms {
					t.publish(&t.rooms[k], operation(fmt.Sprintf("speaker%03d", i), n*len(t.rooms)+k+1))
				}
			}
		})
		if err != nil {
			return err
		}
		t.acked = func(*talker, int) { acks++ }
	}
	return c.until(ctx, time.Minute, func() bool { return acks == wanted })
}

// back is who is back.
type back struct{ in, recovered int }

func (c *crowd) comeBack(ctx context.Context, url string, seats [][]seat) (*back, error) {
	b := &back{}
	ready := func(t *talker) {
		b.in++
		for _, s := range t.rooms {
			if s.recovered && s.missed == missedEach {
				b.recovered++
			}
		}
	}
	for i, s := range seats {
		if _, err := c.talk(url, s, ready); err != nil {
			return nil, err
		}
		if i%32 == 31 {
			if err := c.turn(ctx, 0); err != nil {
				return nil, err
			}
		}
	}
	return b, c.until(ctx, 2*time.Minute, func() bool { return b.in == len(seats) })
}
