package socket

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// share is the part of a core, one in so many, that writes may take which could have waited: where Coalesce is too short for that,
	// since there are many connections, they wait for longer, up to slowest. What clients ask has the rest.
	share   = 3
	slowest = 100 * time.Millisecond
	// turn is how many writes go out before others may run: what is read meanwhile would otherwise wait for milliseconds.
	turn = 16
	// outlier is the longest that a write counts for: what took longer was held up by something else.
	outlier = 100 * time.Microsecond
)

// shard writes to its connections, one after the other, without waiting for any.
type shard struct {
	g    *Group
	wake chan struct{}
	cost atomic.Int64 // nanoseconds of a write, as of late

	mu     sync.Mutex
	asleep bool
	first  fifo[*Conn]   // to write to first
	ready  fifo[*Conn]   // to write to
	cool   fifo[waiting] // written to lately; in the order of time
	open   *Conn         // a list of all
}

type waiting struct {
	c  *Conn
	by time.Time
}

func newShard(g *Group) *shard { return &shard{g: g, wake: make(chan struct{}, 1)} }

func (s *shard) enlist(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.next = s.open; c.next != nil {
		c.next.prev = c
	}
	s.open = c
}

func (s *shard) delist(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.prev != nil {
		c.prev.next = c.next
	} else if s.open == c {
		s.open = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
}

// cut cuts all connections.
func (s *shard) cut() {
	var all []*Conn
	s.mu.Lock()
	for c := s.open; c != nil; c = c.next {
		all = append(all, c)
	}
	s.mu.Unlock()
	for _, c := range all {
		c.Cut()
	}
}

// list lets c be written to.
func (s *shard) list(c *Conn, first bool) {
	s.mu.Lock()
	if first {
		s.first.push(c)
	} else {
		s.ready.push(c)
	}
	wake := s.asleep
	s.asleep = false
	s.mu.Unlock()
	if wake {
		s.wake <- struct{}{} // asleep was true: there is room
	}
}

// run writes until the group is done.
func (s *shard) run() {
	var out outbox
	others := newYielder()
	defer others.close()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for n := 1; ; n++ {
		c, wait := s.take()
		if c != nil {
			begun := time.Now()
			c.flush(&out)
			s.cost.Add((int64(min(time.Since(begun), outlier)) - s.cost.Load()) / 64)
			if n%turn == 0 {
				others.yield()
			}
			continue
		}
		out.rest()
		timer.Reset(wait)
		select {
		case <-s.wake:
		case <-timer.C:
			s.mu.Lock()
			if !s.asleep { // somebody is waking
				s.mu.Unlock()
				<-s.wake
			} else {
				s.asleep = false
				s.mu.Unlock()
			}
		case <-s.g.done:
			return
		}
	}
}

// take gives the connection whose turn it is; else how long there is nothing to do, and the shard is asleep.
func (s *shard) take() (*Conn, time.Duration) {
	for {
		s.mu.Lock()
		if s.first.len() > 0 {
			c := s.first.pop()
			s.mu.Unlock()
			return c, 0
		}
		if s.ready.len() > 0 {
			c := s.ready.pop()
			s.mu.Unlock()
			return c, 0
		}
		if s.cool.len() == 0 {
			s.asleep = true
			s.mu.Unlock()
			return nil, time.Hour
		}
		w := s.cool.first()
		if wait := time.Until(w.by); wait > 0 {
			s.asleep = true
			s.mu.Unlock()
			return nil, wait
		}
		s.cool.pop()
		s.mu.Unlock()
		if w.c.cooled() {
			return w.c, 0
		}
	}
}

// later lets c be looked at again once Coalesce has passed, or more.
func (s *shard) later(c *Conn, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := min(time.Duration(int64(s.cool.len())*s.cost.Load()*share), slowest)
	s.cool.push(waiting{c, now.Add(max(s.g.o.Coalesce, all))})
}
