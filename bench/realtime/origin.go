package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hotlane/hotlane/bench/rig"
)

const (
	originPapers = 20
	originPeople = 10 // on each, who write and read
	originNotes  = 5  // of each person, written again and again: 50 on a paper
)

// table is a server at which people write papers together.
type table struct {
	name    string
	pid     int
	redis   []int // where it keeps its data elsewhere
	crowd   *crowd
	people  []*person
	open    int
	fresh   bool // each message is about a new note
	idle    bool // who was answered writes no more
	said    int  // messages that their writers know of
	samples []rig.Sample
	papers  []paper // of ours
	stop    func()
}

// person writes a message, waits until it is known to have arrived, and writes the next.
type person struct {
	*table
	name    string
	n       int
	waiting []byte // "name:n"
	known   int    // the last that it knows to have arrived
	send    func(data []byte)
}

// origin measures messages a second of CPU time, beside the two designs that came before.
func (p *plan) origin(ctx context.Context) error {
	tables, err := p.tables(ctx)
	defer func() {
		for _, t := range tables {
			t.stop()
		}
	}()
	if err != nil {
		return err
	}
	for n := range p.Slices + 1 {
		for _, t := range tables {
			if err := t.slice(ctx, p.Slice); err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			if n == 0 {
				t.samples = nil
			}
		}
	}
	said := ""
	each := make([]float64, len(tables))
	for i, t := range tables {
		own, redis := rig.Median(t.samples, rig.CPUOf), rig.Median(t.samples, rig.OthersOf)
		each[i] = float64(time.Second) / float64(own)
		said += fmt.Sprintf("%s **%.0f** (%s a message", t.name, each[i], rig.Micros(own))
		if t.redis != nil {
			said += fmt.Sprintf(", and %s in Redis", rig.Micros(redis))
		}
		said += fmt.Sprintf("; %.0f/s); ", rig.Median(t.samples, rig.RateOf))
	}
	p.Results.Row(fmt.Sprintf("%d papers × %d people who write and read, %d notes each: messages a second of the server's CPU time", originPapers, originPeople, originPeople*originNotes),
		"more than both designs before", fmt.Sprintf("%s**%.1f and %.1f times**", said, each[0]/each[1], each[0]/each[2]))
	return nil
}

// tables are ours and the two, with people at them.
func (p *plan) tables(ctx context.Context) (all []*table, err error) {
	ours, err := p.ourTable(ctx)
	if err != nil {
		return nil, err
	}
	all = append(all, ours)
	for _, design := range []string{"readall", "change"} {
		t, err := p.theirTable(ctx, design)
		if err != nil {
			return all, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (p *plan) ourTable(ctx context.Context) (*table, error) {
	s, err := p.hotlane(ctx, "origin")
	if err != nil {
		return nil, err
	}
	t, err := p.tableAt(ctx, s.URL)
	if err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	t.pid, t.stop = s.PID, func() { t.crowd.close(); _ = s.Stop() }
	return t, nil
}

// tableAt has people sit down at one of ours.
func (p *plan) tableAt(ctx context.Context, url string) (*table, error) {
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	t := &table{name: "ours", crowd: c}
	if t.papers, err = makePapers(ctx, url, originPapers); err != nil {
		return t, err
	}
	for i := range originPapers * originPeople {
		one := t.sit(i)
		place, err := t.papers[i%originPapers].seat(ctx, url, one.name)
		if err != nil {
			return t, err
		}
		k, err := c.talk(url, []seat{place}, func(*talker) { t.open++ })
		if err != nil {
			return t, err
		}
		k.acked = func(*talker, int) { one.arrived() }
		one.send = func(data []byte) { k.publish(&k.rooms[0], data) }
	}
	return t, t.gather(ctx)
}

func (p *plan) theirTable(ctx context.Context, design string) (*table, error) {
	redis, err := p.redis(ctx, design)
	if err != nil {
		return nil, err
	}
	s, err := p.peer(ctx, design, redis.URL)
	if err != nil {
		return nil, errors.Join(err, redis.kill())
	}
	t, err := p.theirTableAt(ctx, design, s.URL)
	if err != nil {
		return nil, errors.Join(err, s.kill(), redis.kill())
	}
	t.pid, t.redis, t.stop = s.pid(), []int{redis.pid()}, func() { t.crowd.close(); _ = s.kill(); _ = redis.kill() }
	return t, nil
}

// theirTableAt has people sit down at one of theirs.
func (p *plan) theirTableAt(ctx context.Context, design, url string) (*table, error) {
	c, err := newCrowd()
	if err != nil {
		return nil, err
	}
	t := &table{name: design, crowd: c}
	for i := range originPapers * originPeople {
		one := t.sit(i)
		first := true
		w, err := c.dial(url, fmt.Sprintf("/ws/p%d", i%originPapers), "", func(*wire) {}, func(_ *wire, frame []byte) {
			if first { // what was there
				first = false
				t.open++
			}
			if one.waiting != nil && bytes.Contains(frame, one.waiting) {
				one.arrived()
			}
		})
		if err != nil {
			return t, err
		}
		one.send = w.send
	}
	return t, t.gather(ctx)
}

func (t *table) sit(i int) *person {
	one := &person{table: t, name: fmt.Sprintf("person%04d", i)}
	t.people = append(t.people, one)
	return one
}

func (t *table) gather(ctx context.Context) error {
	return t.crowd.until(ctx, time.Minute, func() bool { return t.open >= len(t.people) })
}

// write sends the person's next message.
func (o *person) write() {
	o.n++
	id := o.n % originNotes
	if o.fresh {
		id = o.n
	}
	o.waiting = fmt.Appendf(nil, `"op":"%s:%d"`, o.name, o.n)
	o.send(fmt.Appendf(nil, `{"op":"%s:%d","t":"note.put","id":"n%s%d","name":"Someone","text":"All the best for your new start, and do not forget us!","color":"lemon","x":%d,"y":%d,"rot":-3}`,
		o.name, o.n, o.name, id, o.n*37%1600, o.n*53%1200))
}

func (o *person) arrived() {
	o.known, o.waiting = o.n, nil
	o.said++
	if !o.idle {
		o.write()
	}
}

// slice has all write for a while, and waits for those that are under way.
func (t *table) slice(ctx context.Context, length time.Duration) error {
	own, redis, said := rig.Spent([]int{t.pid}), rig.Spent(t.redis), t.said
	begun := time.Now()
	t.begin()
	for time.Since(begun) < length {
		if err := t.crowd.turn(ctx, 20); err != nil {
			return err
		}
	}
	t.idle = true
	if err := t.crowd.until(ctx, time.Minute, func() bool { return t.quiet() }); err != nil {
		return err
	}
	n := time.Duration(t.said - said)
	t.samples = append(t.samples, rig.Sample{
		Rate: float64(n) / time.Since(begun).Seconds(), CPU: (rig.Spent([]int{t.pid}) - own) / n, Others: (rig.Spent(t.redis) - redis) / n,
	})
	return nil
}

func (t *table) begin() {
	t.idle = false
	for _, one := range t.people {
		one.write()
	}
}

func (t *table) quiet() bool {
	for _, one := range t.people {
		if one.waiting != nil {
			return false
		}
	}
	return true
}
