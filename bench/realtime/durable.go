package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	durableChannels = 100
	durableWriters  = 10
	durableReaders  = 10
	asked           = 8000 // operations a second that are to be reached
	underWay        = 256  // operations of one writer that are told apart
	longer          = 10   // times as long is the step that the row tells of, so that logs reach their floor in it
	tooLate         = 500 * time.Millisecond
)

// offers are operations a second that are offered, in steps.
var offers = [...]int{4000, 8000, 12000, 16000, 20000, 25000, 30000}

// author is a writer: its operations, and when those under way were due.
type author struct {
	*talker
	name  string
	sent  int
	acked int
	due   [underWay]time.Time
}

// hall is all who write and read.
type hall struct {
	*crowd
	authors []*author
	readers []*reader
	seated  int
	times   []time.Duration // of acknowledgements
	acks    int
}

// reader audits: it must be shown every operation of its channel once, in order.
type reader struct {
	*talker
	seen map[string]int // the highest counter of each instance
	got  int
	bad  int // operations that came twice, or after one that was left out
}

// durable measures acknowledged operations, and looks for what was lost or doubled, behind a kill -9 as well.
func (p *plan) durable(ctx context.Context) error {
	for _, readers := range []int{durableReaders, 0} {
		if err := p.durableWith(ctx, readers); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) durableWith(ctx context.Context, readers int) error {
	s, err := p.hotlane(ctx, fmt.Sprintf("durable%d", readers))
	if err != nil {
		return err
	}
	defer s.Stop()
	h, err := newHall(ctx, s.URL, readers)
	if err != nil {
		return err
	}
	defer h.close()
	length := p.Slice * time.Duration(max(p.Slices/4, 1))
	if _, err := h.offer(ctx, offers[0], p.Slice); err != nil { // not counted
		return err
	}
	steps, best := "", 0.0
	var at8k string
	for _, rate := range offers {
		before := rig.Spent([]int{s.PID})
		step := length
		if rate == asked {
			step = longer * length
		}
		got, err := h.offer(ctx, rate, step)
		if err != nil {
			return err
		}
		cpu := (rig.Spent([]int{s.PID}) - before) / time.Duration(max(h.acks, 1))
		p99 := rig.Quantile(h.times, 0.99)
		line := fmt.Sprintf("%.0f/s p50 %s p99 %s %s CPU each", got, rig.Brief(rig.Quantile(h.times, 0.5)), rig.Brief(p99), rig.Micros(cpu))
		steps += fmt.Sprintf("; offered %d: %s", rate, line)
		if p99 <= 20*time.Millisecond {
			best = max(best, got)
		}
		if rate == asked {
			at8k = fmt.Sprintf("%s, over %s", line, step)
		}
		if got < 0.9*float64(rate) || p99 > tooLate { // beyond it readers fall behind, and are told to begin anew
			break
		}
	}
	lost, doubled, acked, err := h.audit(ctx, s)
	if err != nil {
		return err
	}
	who := fmt.Sprintf("%d writers × %d more who read", durableWriters, readers)
	if readers == 0 {
		who = fmt.Sprintf("%d who write and read", durableWriters)
	}
	p.Results.Row(fmt.Sprintf("%d channels × %s, durable, SQLite, one core: acknowledged operations", durableChannels, who),
		"≥ 8,000/s, p99 ≤ 20 ms, 0 lost, 0 doubled; stretch 20,000/s",
		fmt.Sprintf("offered 8,000/s: **%s**; most with p99 ≤ 20 ms **%.0f/s**; of %d acknowledged, behind a kill -9, **lost %d, doubled %d**", at8k, best, acked, lost, doubled))
	p.Results.Note("Steps of the row with %s: %s.", who, steps[2:])
	return nil
}

func newHall(ctx context.Context, url string, readers int) (*hall, error) {
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	h := &hall{crowd: c}
	ready := func(*talker) { h.seated++ }
	for i := range durableChannels {
		channel := fmt.Sprintf("plain:d%d", i)
		for n := range durableWriters {
			t, err := c.talk(url, []seat{{channel: channel}}, ready)
			if err != nil {
				return nil, err
			}
			a := &author{talker: t, name: fmt.Sprintf("writer%04d", i*durableWriters+n)}
			t.acked = func(_ *talker, id int) { h.ack(a, id) }
			h.authors = append(h.authors, a)
			if n == 0 && readers == 0 {
				h.watch(t)
			}
		}
		for n := range readers {
			t, err := c.talk(url, []seat{{channel: channel}}, ready)
			if err != nil {
				return nil, err
			}
			if n == 0 {
				h.watch(t)
			}
		}
	}
	all := durableChannels * (durableWriters + readers)
	return h, c.until(ctx, time.Minute, func() bool { return h.seated == all })
}

// watch makes a client the auditor of its channel. The others' publications are read and not looked at.
func (h *hall) watch(t *talker) {
	r := &reader{talker: t, seen: map[string]int{}}
	t.shown = func(t *talker, s *seat, line []byte) {
		t.follows(s, line)
		name, n := opOf(line)
		if r.seen[name]+1 != n {
			r.bad++
		}
		r.seen[name] = n
		r.got++
	}
	h.readers = append(h.readers, r)
}

// opOf is the operation that a line shows.
func opOf(line []byte) (name string, n int) {
	op := text(line, `"op":"`)
	i := slices.Index(op, ':')
	return string(op[:max(i, 0)]), int(number(op, ":"))
}

func (h *hall) ack(a *author, id int) {
	a.acked++
	h.acks++
	h.times = append(h.times, time.Since(a.due[(id-firstPublish)%underWay]))
}

// offer has so many operations sent a second, by all in turn, whatever is answered; then it waits for all answers. It gives the
// acknowledged a second.
func (h *hall) offer(ctx context.Context, rate int, length time.Duration) (float64, error) {
	h.times, h.acks = h.times[:0], 0
	begun, sent := time.Now(), 0
	for {
		past := time.Since(begun)
		if past > length {
			break
		}
		for ; sent < int(past.Seconds()*float64(rate)); sent++ {
			a := h.authors[(sent*7)%len(h.authors)]
			if a.sent-a.acked >= underWay {
				return 0, fmt.Errorf("%d operations of one writer wait", underWay)
			}
			a.sent++
			a.due[a.sent%underWay] = begun.Add(time.Duration(float64(sent) / float64(rate) * float64(time.Second)))
			a.publish(&a.rooms[0], operation(a.name, a.sent))
		}
		if err := h.turn(ctx, 1); err != nil {
			return 0, err
		}
	}
	if err := h.until(ctx, time.Minute, func() bool { return h.acks == sent }); err != nil {
		return 0, fmt.Errorf("%d of %d acknowledged: %w", h.acks, sent, err)
	}
	took := time.Since(begun)
	slices.Sort(h.times)
	return float64(sent) / took.Seconds(), nil
}

// operation is one of about 200 bytes, as a paper's.
func operation(name string, n int) []byte {
	return fmt.Appendf(nil, `{"op":"%s:%d","t":"note.put","id":"n%s%d","name":"Someone","text":"All the best for your new start, and do not forget us!","color":"lemon","x":%d,"y":%d,"rot":-3}`,
		name, n, name, n%5, n*37%1600, n*53%1200)
}
