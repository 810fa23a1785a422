package fetch

import (
	"container/list"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

const maxBreakers = 1024

// breakers are one for each host, at most maxBreakers: when there are more, the one that was not asked for longest is forgotten,
// and its host begins anew.
type breakers struct {
	cfg     BreakerConfig
	now     func() time.Time
	log     *slog.Logger
	opened  func() // counted
	mu      sync.Mutex
	byHost  map[string]*list.Element
	recency *list.List // of *breaker, the newest first
}

// breaker counts with failsafe and times by our clock: failsafe's own is the wall's, so that its delay is set to forever.
type breaker struct {
	host  string
	state circuitbreaker.CircuitBreaker[any]
	until time.Time // while open
	turn  int       // grows with each change of state: what began before it does not count
}

func newBreakers(cfg BreakerConfig, now func() time.Time, log *slog.Logger, opened func()) *breakers {
	if cfg.Failures < 0 {
		return nil
	}
	return &breakers{
		cfg: cfg, now: now, log: log, opened: opened,
		byHost: map[string]*list.Element{}, recency: list.New(),
	}
}

// outcome of a call, for the breaker.
type outcome uint8

const (
	alive outcome = iota // it answered
	dead                 // it did not, or with 5xx
	left                 // we left before it could show
)

// enter asks whether a host may be called. The function must be called once with what came of it.
func (s *breakers) enter(host string) (done func(outcome), err error) {
	if s == nil {
		return func(outcome) {}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.find(host)
	now := s.now()
	if b.state.IsOpen() && !now.Before(b.until) {
		b.state.HalfOpen()
		b.turn++
	}
	if !b.state.TryAcquirePermit() {
		return nil, ErrOpen.After(max(b.until.Sub(now), time.Second))
	}
	turn := b.turn
	return func(o outcome) { s.leave(b, turn, o) }, nil
}

// resting is how long a host is not called yet; 0: it may be.
func (s *breakers) resting(host string) time.Duration {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.byHost[host]
	if !ok || !e.Value.(*breaker).state.IsOpen() {
		return 0
	}
	return max(0, e.Value.(*breaker).until.Sub(s.now()))
}

func (s *breakers) leave(b *breaker, turn int, o outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.turn != turn {
		return
	}
	before := b.state.State()
	switch {
	case o == alive:
		b.state.RecordSuccess()
	case o == dead:
		b.state.RecordFailure()
	case before == circuitbreaker.HalfOpenState:
		b.state.Open() // a probe that showed nothing: until has passed, so the next call probes
	}
	after := b.state.State()
	if after == before {
		return
	}
	b.turn++
	if after == circuitbreaker.OpenState && o == dead {
		b.until = s.now().Add(s.cfg.Delay)
		s.opened()
	}
	s.log.Warn("upstream's breaker", "host", b.host, "state", after.String(), "was", before.String())
}

func (s *breakers) find(host string) *breaker {
	if e, ok := s.byHost[host]; ok {
		s.recency.MoveToFront(e)
		return e.Value.(*breaker)
	}
	if len(s.byHost) >= maxBreakers {
		oldest := s.recency.Remove(s.recency.Back()).(*breaker)
		delete(s.byHost, oldest.host)
	}
	b := &breaker{host: host, state: circuitbreaker.NewBuilder[any]().
		WithFailureThresholdRatio(uint(s.cfg.Failures), uint(s.cfg.Window)).
		WithSuccessThreshold(uint(s.cfg.Probes)).
		WithDelay(math.MaxInt64).
		Build()}
	s.byHost[host] = s.recency.PushFront(b)
	return b
}
