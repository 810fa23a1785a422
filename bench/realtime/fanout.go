package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	subscribers = 1000
	messageSize = 200
	window      = 32 // messages under way where it is to go as fast as it can
)

// stage is a server with a channel that a thousand listen to.
type stage struct {
	name    string
	pid     int
	crowd   *crowd
	open    int
	got     int // deliveries
	say     func(n int)
	samples [len(paces)][]float64 // deliveries a core-second
}

// paces are messages a second; 0 is as many as are taken.
var paces = [...]int{20, 100, 0}

// fanout measures deliveries of one channel, beside gorilla/websocket.
func (p *plan) fanout(ctx context.Context) error {
	ours, err := p.ourStage(ctx)
	if err != nil {
		return err
	}
	defer ours.stop()
	theirs, err := p.gorillaStage(ctx)
	if err != nil {
		return err
	}
	defer theirs.stop()
	for n := range p.Slices + 1 {
		for i, pace := range paces {
			for _, s := range []*runningStage{ours, theirs} {
				rate, err := s.slice(ctx, pace, p.Slice)
				if err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				if n > 0 { // the first is not counted
					s.samples[i] = append(s.samples[i], rate)
				}
			}
		}
	}
	for i, pace := range paces {
		a, b := median(ours.samples[i]), median(theirs.samples[i])
		how := fmt.Sprintf("%d messages a second", pace)
		if pace == 0 {
			how = fmt.Sprintf("as fast as it goes, %d messages under way", window)
		}
		p.Results.Row(fmt.Sprintf("fan-out, one channel, %d subscribers, %d bytes, %s: deliveries a core-second", subscribers, messageSize, how),
			"≥ 2 × gorilla", fmt.Sprintf("**%.0f**, durable; gorilla %.0f, prepared, written one by one, not kept: **%.1f times**", a, b, a/b))
	}
	return nil
}

func median(of []float64) float64 {
	slices.Sort(of)
	if len(of) == 0 {
		return 0
	}
	return of[len(of)/2]
}

type runningStage struct {
	stage
	stop func()
}

// note is a message of the size, with one ~ by which deliveries are counted.
func note(n int) []byte {
	b := fmt.Appendf(nil, `{"op":"publisher:%d","t":"note.put","id":"n%d","text":"~`, n, n)
	for len(b) < messageSize-2 {
		b = append(b, 'x')
	}
	return append(b, `"}`...)
}

func (s *stage) count(_ *wire, frame []byte) { s.got += bytes.Count(frame, []byte{'~'}) }

func (p *plan) ourStage(ctx context.Context) (*runningStage, error) {
	h, err := p.hotlane(ctx, "fanout")
	if err != nil {
		return nil, err
	}
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	s := &runningStage{stage{name: "ours", pid: h.PID, crowd: c}, func() { c.close(); _ = h.Stop() }}
	var publisher *talker
	for i := range subscribers + 1 {
		t, err := c.talk(h.URL, []seat{{channel: "plain:fan"}}, func(t *talker) {
			s.open++
			if i > 0 {
				t.heard = func(w *wire, frame []byte) {
					if bytes.Contains(frame, []byte("{}")) { // a ping, beside others or alone
						w.send([]byte("{}"))
					}
					s.count(w, frame)
				}
			}
		})
		if err != nil {
			return nil, err
		}
		if i == 0 {
			publisher = t
			t.acked = func(*talker, int) {}
		}
	}
	sent := 0
	s.say = func(int) {
		sent++
		publisher.publish(&publisher.rooms[0], note(sent))
	}
	return s, s.gather(ctx)
}

func (p *plan) gorillaStage(ctx context.Context) (*runningStage, error) {
	g, err := p.peer(ctx, "gorilla", "")
	if err != nil {
		return nil, err
	}
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	s := &runningStage{stage{name: "gorilla", pid: g.pid(), crowd: c}, func() { c.close(); _ = g.kill() }}
	heard := func(*wire, []byte) {}
	var publisher *wire
	for i := range subscribers + 1 {
		if i == 1 {
			heard = s.count
		}
		w, err := c.dial(g.URL, "/ws/fan", "", func(*wire) { s.open++ }, heard)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			publisher = w
		}
	}
	s.say = func(n int) { publisher.send(note(n)) }
	return s, s.gather(ctx)
}

// gather waits until all are there.
func (s *stage) gather(ctx context.Context) error {
	return s.crowd.until(ctx, time.Minute, func() bool { return s.open == subscribers+1 })
}

// until turns until something is so.
func (c *crowd) until(ctx context.Context, limit time.Duration, is func() bool) error {
	for end := time.Now().Add(limit); !is(); {
		if time.Now().After(end) {
			return fmt.Errorf("not within %s", limit)
		}
		if err := c.turn(ctx, 20); err != nil {
			return err
		}
	}
	return nil
}

// slice publishes for a while, waits until all of it was delivered, and gives the deliveries a second of the server's CPU time.
func (s *stage) slice(ctx context.Context, pace int, length time.Duration) (float64, error) {
	s.got = 0
	before := rig.Spent([]int{s.pid})
	begun, sent := time.Now(), 0
	for {
		past := time.Since(begun)
		if past > length {
			break
		}
		due := int(past.Seconds() * float64(pace))
		if pace == 0 {
			due = s.got/subscribers + window
		}
		for ; sent < due; sent++ {
			s.say(sent)
		}
		if err := s.crowd.turn(ctx, 1); err != nil {
			return 0, err
		}
	}
	if err := s.crowd.until(ctx, time.Minute, func() bool { return s.got >= sent*subscribers }); err != nil {
		return 0, fmt.Errorf("%d of %d deliveries: %w", s.got, sent*subscribers, err)
	}
	if s.got != sent*subscribers {
		return 0, fmt.Errorf("%d deliveries of %d", s.got, sent*subscribers)
	}
	return float64(s.got) / (rig.Spent([]int{s.pid}) - before).Seconds(), nil
}
