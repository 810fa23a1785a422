package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	clients      = 20_000
	idleChannels = 200 // each client is in two of them
	idleSettle   = 30 * time.Second
)

// idle measures what a connection costs that is in two channels, where nothing happens.
func (p *plan) idle(ctx context.Context) error {
	s, err := p.hotlane(ctx, "idle")
	if err != nil {
		return err
	}
	defer s.Stop()
	c, err := newCrowd()
	if err != nil {
		return err
	}
	defer c.close()
	n := most(clients)
	if err := p.warm(ctx, s.URL, c); err != nil {
		return err
	}
	empty := rig.Resident(s.PID)
	begun := time.Now()
	if err := c.seat(ctx, s.URL, n, nil); err != nil {
		return err
	}
	took := time.Since(begun)
	at := rig.Resident(s.PID)
	if err := c.rest(ctx, idleSettle); err != nil {
		return err
	}
	settled := rig.Resident(s.PID)
	each := func(mib float64) string { return fmt.Sprintf("%.1f KiB", (mib-empty)*1024/float64(n)) }
	p.Results.Row(fmt.Sprintf("idle connection in two channels, of %d: resident memory of the server, without what it has with none", n), "≤ 8 KiB (stretch 6)",
		fmt.Sprintf("**%s** after %s, %s at once when all were in, which took %s; %.0f MiB with no connection", each(settled), idleSettle, each(at), took.Round(10*time.Millisecond), empty))
	return nil
}

// warm has a few clients in all channels and out again, so that what each channel costs is not counted as the connections'.
func (p *plan) warm(ctx context.Context, url string, c *crowd) error {
	if err := c.seat(ctx, url, idleChannels, nil); err != nil {
		return err
	}
	return c.rest(ctx, 2*time.Second)
}

// rest lets nothing happen for a while, but answers pings.
func (c *crowd) rest(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := c.turn(ctx, 50); err != nil {
			return err
		}
	}
	return nil
}

// seat has so many clients connect, as fast as the server takes them, each in two channels, and waits until all are in. done, where
// there is one, is told each.
func (c *crowd) seat(ctx context.Context, url string, n int, done func(*talker)) error {
	in := 0
	ready := func(t *talker) {
		in++
		t.talkerDone(done)
	}
	for i := range n {
		seats := []seat{{channel: fmt.Sprintf("plain:i%d", i%idleChannels)}, {channel: fmt.Sprintf("plain:i%d", (i*7+1)%idleChannels)}}
		if seats[0].channel == seats[1].channel {
			seats[1].channel = fmt.Sprintf("plain:i%d", (i+1)%idleChannels)
		}
		if _, err := c.talk(url, seats, ready); err != nil {
			return err
		}
		if i%32 == 31 {
			if err := c.turn(ctx, 0); err != nil {
				return err
			}
		}
		for i-in > 2000 { // the server's queue of new connections is not endless
			if err := c.turn(ctx, 20); err != nil {
				return err
			}
		}
	}
	return c.until(ctx, 2*time.Minute, func() bool { return in == n })
}

func (t *talker) talkerDone(done func(*talker)) {
	if done != nil {
		done(t)
	}
}
