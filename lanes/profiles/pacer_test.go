package profiles

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/lanes/profiles/budget"
	"github.com/hotlane/hotlane/platform/fault"
)

// row is a source's row, for nodes in one process.
type row struct {
	mu            sync.Mutex
	next, stopped int64
	taken         int
	broken        error
}

func (r *row) take(b budget.Budget) func(context.Context, int) (slots, error) {
	return func(_ context.Context, n int) (slots, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.taken++
		now := time.Now().UnixMicro()
		if r.broken != nil || r.next > now+ahead.Microseconds() || r.stopped > now {
			return slots{next: r.next, stopped: r.stopped}, r.broken
		}
		first := max(r.next, now)
		r.next = first + int64(n)*b.Interval().Microseconds()
		return slots{ok: true, first: first}, nil
	}
}

// pacers run nodes on one row until the test ends.
func pacers(t *testing.T, n int, cfg Source, r *row) []*pacer {
	ctx, end := context.WithCancel(t.Context())
	var g sync.WaitGroup
	list := make([]*pacer, n)
	for i := range list {
		list[i] = newPacer(cfg.withDefaults(), r.take(budget.Budget{Rate: cfg.Rate}), time.Now)
		g.Go(func() { _ = list[i].Run(ctx) })
	}
	t.Cleanup(func() { end(); g.Wait() })
	return list
}

// TestTurnsKeepTheBudget: three nodes with far more to ask than they may ask no more than that in any second, and nearly that much.
func TestTurnsKeepTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := pacers(t, 3, Source{Rate: 20}, &row{})
		var mu sync.Mutex
		var began []time.Time
		refused := 0
		var g sync.WaitGroup
		for i := range 1000 { // 10 seconds
			g.Go(func() {
				p := nodes[i%3]
				turn, err := p.Enter(i%5 == 0)
				if err == nil {
					defer turn.Leave()
					err = turn.Wait(t.Context())
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					began = append(began, time.Now())
				} else if refused++; !errors.Is(err, ErrLater) || fault.From(err).RetryAfter <= 0 {
					t.Errorf("%v", err)
				}
			})
			time.Sleep(10 * time.Millisecond)
		}
		g.Wait()
		for i := range began {
			if i >= 20 && began[i].Sub(began[i-20]) < time.Second {
				t.Fatalf("21 calls in %s", began[i].Sub(began[i-20]))
			}
		}
		if len(began) < 170 || refused == 0 {
			t.Errorf("%d calls, %d refused", len(began), refused)
		}
	})
}

// TestAFullQueueCostsNothing: whoever does not fit is refused without a statement, and told a time that is about right.
func TestAFullQueueCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &row{}
		p := newPacer(Source{Rate: 10}.withDefaults(), r.take(budget.Budget{Rate: 10}), time.Now) // it does not run
		var turns []*turn
		for {
			turn, err := p.Enter(false)
			if err != nil {
				if wait := fault.From(err).RetryAfter; wait < 1500*time.Millisecond || wait > 3*time.Second {
					t.Errorf("come back in %s", wait)
				}
				break
			}
			turns = append(turns, turn)
		}
		if len(turns) != p.budget.Queue(2*time.Second) || r.taken != 0 {
			t.Errorf("%d in the queue, %d statements", len(turns), r.taken)
		}
		for _, turn := range turns[1:] {
			turn.Leave()
			turn.Leave()
		}
		if p.Waiting() != 1 {
			t.Errorf("%d wait", p.Waiting())
		}
		if err := turns[0].Wait(t.Context()); !errors.Is(err, ErrLater) {
			t.Errorf("nobody hands out turns: %v", err)
		}
	})
}

func TestPlacesBoundCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pacers(t, 1, Source{Rate: 100, Concurrency: 2}, &row{})[0]
		var turns []*turn
		for range 3 {
			turn, err := p.Enter(false)
			if err != nil {
				t.Fatal(err)
			}
			turns = append(turns, turn)
		}
		for _, turn := range turns[:2] {
			if err := turn.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		if p.Waiting() != 1 {
			t.Errorf("%d wait", p.Waiting())
		}
		turns[0].Leave()
		if err := turns[2].Wait(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestASlotThatWasSleptThroughIsGivenUp: who comes late gets another turn, not the old one.
func TestASlotThatWasSleptThroughIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &row{}
		p := pacers(t, 1, Source{Rate: 10}, r)[0]
		turn, err := p.Enter(false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is granted
		time.Sleep(time.Second)
		if err := turn.Wait(t.Context()); err != nil || p.budget.Late(turn.slot, time.Now()) || r.taken != 2 {
			t.Errorf("%v, slot %s ago, %d statements", err, time.Since(turn.slot), r.taken)
		}
	})
}

func TestWhenNothingMayBeAsked(t *testing.T) {
	for name, c := range map[string]struct {
		row  *row
		want error
		wait time.Duration
	}{
		"the source wants to be left alone": {&row{stopped: 1 << 60}, ErrLater, time.Hour},
		"the budget is spent for long":      {&row{next: 1 << 60}, ErrLater, time.Hour},
		"the database is gone":              {&row{broken: errors.New("gone")}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pacers(t, 1, Source{Rate: 10}, c.row)[0]
				turn, err := p.Enter(false)
				if err != nil {
					t.Fatal(err)
				}
				err = turn.Wait(t.Context())
				if err == nil || c.want != nil && (!errors.Is(err, c.want) || fault.From(err).RetryAfter < c.wait) {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// TestAStopIsForThoseTooWhoHaveASlot: what was granted before the source asked to be left alone does not begin any more.
func TestAStopIsForThoseTooWhoHaveASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pacers(t, 1, Source{Rate: 8}, &row{})[0]
		var began atomic.Int32
		var g sync.WaitGroup
		for range 2 { // the second has its slot an interval later
			turn, err := p.Enter(false)
			if err != nil {
				t.Fatal(err)
			}
			g.Go(func() {
				defer turn.Leave()
				err := turn.Wait(t.Context())
				if err == nil {
					began.Add(1)
					p.Stop(time.Now().Add(time.Minute)) // as an answer of the first call says
				} else if !errors.Is(err, ErrLater) || fault.From(err).RetryAfter < 50*time.Second {
					t.Errorf("%v", err)
				}
			})
		}
		g.Wait()
		if began.Load() != 1 {
			t.Errorf("%d began", began.Load())
		}
	})
}
