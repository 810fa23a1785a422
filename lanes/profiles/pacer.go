package profiles

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/budget"
)

// ahead is how far before its time a slot may be taken: long enough that a statement brings many, short enough that what a node takes
// with it when it dies is little.
const ahead = 250 * time.Millisecond

// pacer keeps a source's budget on this node: it takes slots from the database, which all nodes share, for those who wait.
//
// The queue has room for as many as the whole budget can serve within the wait, and half of that for renewals, for which somebody
// has an answer meanwhile. Whoever does not fit is told at once when to come back, and so are all in the queue when the source is
// to be left alone or the database cannot say what is free.
type pacer struct {
	budget budget.Budget
	wait   time.Duration
	places int // calls at one time
	take   func(ctx context.Context, n int) (slots, error)
	now    func() time.Time // the database's

	wake chan struct{}

	mu      sync.Mutex // guards what follows
	queue   []*turn
	busy    int       // turns that have a place
	next    time.Time // the first slot that nobody had, when we last looked
	stopped time.Time // nothing is asked until then
	closed  bool
}

func newPacer(cfg Source, take func(context.Context, int) (slots, error), now func() time.Time) *pacer {
	return &pacer{
		budget: budget.Budget{Rate: cfg.Rate}, wait: cfg.Wait, places: cfg.Concurrency, take: take, now: now, wake: make(chan struct{}, 1),
	}
}

// Enter queues. Whoever gets a turn leaves it in the end. ErrLater, at once, when it could not be served in time.
func (p *pacer) Enter(renewal bool) (*turn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.refusal(renewal); err != nil {
		return nil, err
	}
	t := &turn{pacer: p, granted: make(chan grant, 1)}
	p.queue = append(p.queue, t)
	p.signal()
	return t, nil
}

// Full is what Enter would refuse with now; nil: it would not.
func (p *pacer) Full() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refusal(false)
}

func (p *pacer) refusal(renewal bool) error {
	room := p.budget.Queue(p.wait)
	if renewal {
		room = max(1, room/2)
	}
	if err := p.toldToStop(); err != nil {
		return err
	}
	if p.closed {
		return ErrLater.After(time.Second)
	}
	if len(p.queue) >= room {
		return ErrLater.After(p.untilServed(p.now()))
	}
	return nil
}

// halted is ErrLater while the source is to be left alone, as far as this node knows.
func (p *pacer) halted() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.toldToStop()
}

func (p *pacer) toldToStop() error {
	if pause := p.stopped.Sub(p.now()); pause > 0 {
		return ErrLater.After(pause)
	}
	return nil
}

// untilServed is about how long it takes until the queue as it is has been served.
func (p *pacer) untilServed(now time.Time) time.Duration {
	return max(0, p.next.Sub(now)) + time.Duration(len(p.queue)+1)*p.budget.Interval()
}

func (p *pacer) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *pacer) estimate() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.untilServed(p.now())
}

// again queues a turn that slept through its slot, before all others.
func (p *pacer) again(t *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release(t)
	p.queue = slices.Insert(p.queue, 0, t)
}

func (p *pacer) release(t *turn) {
	if t.placed {
		t.placed = false
		p.busy--
	}
	p.signal()
}

// Run hands out turns until the context ends; then it refuses all who wait.
func (p *pacer) Run(ctx context.Context) error {
	for {
		select {
		case <-p.wake:
		case <-ctx.Done():
			p.close()
			return nil
		}
		for n := p.ready(); n > 0 && ctx.Err() == nil; n = p.ready() {
			got, err := p.take(ctx, n)
			if pause := p.settle(n, got, err); pause > 0 && sleep(ctx, pause) != nil {
				break
			}
		}
	}
}

// ready is for how many slots are to be taken now.
func (p *pacer) ready() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(len(p.queue), p.places-p.busy, p.budget.Batch())
}

// settle gives the first n of the queue their slots, or refuses all of it, or says how long to pause before the next try.
func (p *pacer) settle(n int, got slots, err error) (pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	switch {
	case err != nil:
		p.refuse(err)
	case got.ok:
		p.grant(n, time.UnixMicro(got.first))
	default:
		p.next, p.stopped = time.UnixMicro(got.next), time.UnixMicro(got.stopped)
		if err := p.toldToStop(); err != nil {
			p.refuse(err)
			return 0
		}
		if free := p.next.Sub(now); free > p.wait {
			p.refuse(ErrLater.After(free))
			return 0
		} else {
			return max(free-ahead, 5*time.Millisecond)
		}
	}
	return 0
}

func (p *pacer) grant(n int, first time.Time) {
	given := min(n, len(p.queue)) // some may have left; their slots pass unused
	for i, t := range p.queue[:given] {
		t.placed = true
		p.busy++
		t.granted <- grant{slot: p.budget.Slot(first, i)}
	}
	p.queue = slices.Delete(p.queue, 0, given)
	p.next = p.budget.Slot(first, n)
}

func (p *pacer) refuse(err error) {
	for _, t := range p.queue {
		t.granted <- grant{err: err}
	}
	p.queue = nil
}

func (p *pacer) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.refuse(ErrLater.After(time.Second))
}

// Stop has this node ask nothing until a time. The other nodes see it when they next take slots.
func (p *pacer) Stop(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped.Before(until) {
		p.stopped = until
	}
	p.refuse(ErrLater.After(until.Sub(p.now())))
}

// Waiting is how many are in the queue.
func (p *pacer) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue)
}
