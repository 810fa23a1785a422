package cache

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

const (
	failuresToRest = 3 // calls in a row that got no answer
	restLeast      = 50 * time.Millisecond
	restMost       = 2 * time.Second
	answerMost     = time.Second     // how long a server may be silent before its connection is given up
	dialMost       = 5 * time.Second // of what is dialled in the background
)

// link is the connection to Redis. It is made in the background, from the first call on. When several calls in a row got no answer,
// further ones fail at once, until a ping in the background is answered; so a Redis that hangs holds up few. One goroutine does both;
// close waits for it.
type link struct {
	opt     rueidis.ClientOption
	timeout time.Duration
	log     *slog.Logger
	metrics linkMetrics

	life    context.Context // ends with close
	end     context.CancelFunc
	begin   sync.Once     // starts the goroutine
	ended   chan struct{} // closed when the goroutine is done
	tried   chan struct{} // closed when the first attempt to connect ended
	resting chan struct{} // tells the goroutine to ping

	client   atomic.Pointer[rueidis.Client] // nil: was never connected
	up       atomic.Bool
	failures atomic.Int32 // in a row
}

func newLink(opt rueidis.ClientOption, timeout time.Duration, deps Deps) *link {
	l := &link{
		timeout: timeout, log: deps.Log, metrics: newLinkMetrics(deps.Metrics),
		ended: make(chan struct{}), tried: make(chan struct{}), resting: make(chan struct{}, 1),
	}
	l.life, l.end = context.WithCancel(context.Background())
	l.opt = l.options(opt)
	return l
}

func (l *link) options(opt rueidis.ClientOption) rueidis.ClientOption {
	opt.DisableCache = true     // the memory tier is ours
	opt.DisableRetry = true     // who calls decides
	opt.AlwaysPipelining = true // a caller who leaves does not break the connection of the others
	opt.PipelineMultiplex = -1  // one connection a node keeps the order
	opt.ReadBufferEachConn = 64 << 10
	opt.WriteBufferEachConn = 64 << 10
	opt.Dialer.Timeout = dialMost
	opt.ConnWriteTimeout = max(answerMost, 2*l.timeout)
	opt.DialCtxFn = RedisDial(l.life)
	opt.Sentinel.TopologyRefreshInterval = 5 * time.Second // an announcement may be missed
	return opt
}

// run connects, and later finds out when Redis answers again.
func (l *link) run() {
	defer close(l.ended)
	client, ok := l.connect()
	if !ok {
		return
	}
	defer client.Close()
	for {
		select {
		case <-l.life.Done():
			return
		case <-l.resting:
		}
		l.untilAnswered(client)
	}
}

func (l *link) connect() (rueidis.Client, bool) {
	for pause := restLeast; ; pause = min(2*pause, restMost) {
		client, err := rueidis.NewClient(l.opt)
		if err == nil {
			l.client.Store(&client)
			l.wake(pause > restLeast)
			l.firstTried()
			return client, true
		}
		if l.life.Err() == nil && pause == restLeast {
			l.log.Warn("Redis cannot be reached: nodes share nothing until it can", "error", err)
		}
		l.firstTried()
		if !l.rest(pause) {
			return nil, false
		}
	}
}

func (l *link) firstTried() {
	select {
	case <-l.tried:
	default:
		close(l.tried)
	}
}

func (l *link) untilAnswered(client rueidis.Client) {
	for pause := restLeast; ; pause = min(2*pause, restMost) {
		ctx, cancel := context.WithTimeout(l.life, max(answerMost, 2*l.timeout))
		err := client.Do(ctx, client.B().Ping().Build()).Error()
		cancel()
		if err == nil {
			l.wake(pause > restLeast)
			return
		}
		if l.life.Err() == nil && pause == restLeast {
			l.log.Warn("Redis does not answer: nodes share nothing until it does", "error", err)
		}
		if !l.rest(pause) {
			return
		}
	}
}

func (l *link) wake(told bool) {
	l.failures.Store(0)
	l.metrics.up.Set(1)
	l.up.Store(true)
	if told {
		l.log.Info("Redis answers again")
	}
}

// rest waits for about the pause; false: until close.
func (l *link) rest(pause time.Duration) bool {
	timer := time.NewTimer(pause/2 + rand.N(pause/2))
	defer timer.Stop()
	select {
	case <-l.life.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (l *link) close() {
	l.end()
	l.begin.Do(func() { close(l.ended) })
	<-l.ended
	l.up.Store(false)
	l.metrics.up.Set(0)
}

var errDown = errors.New("it did not answer lately")

// ready answers the client, or why there is none. Only the first attempt to connect is waited for.
func (l *link) ready(ctx context.Context) (rueidis.Client, error) {
	if l.up.Load() {
		return *l.client.Load(), nil
	}
	l.begin.Do(func() { go l.run() })
	select {
	case <-l.tried:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.life.Done():
	}
	switch {
	case l.life.Err() != nil:
		return nil, ErrClosed
	case l.up.Load():
		return *l.client.Load(), nil
	default:
		return nil, errDown
	}
}

// do runs one command within the time-out. An answer of nil is no error here.
func (l *link) do(ctx context.Context, run func(context.Context, rueidis.Client) rueidis.RedisResult) (answer rueidis.RedisResult, err error) {
	within, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	client, err := l.ready(within)
	if err == nil {
		answer = run(within, client)
		err = answer.Error()
		l.heard(err, ctx)
	}
	return answer, l.judge(ctx, err)
}

// doAll runs commands in one round trip and answers the first error.
func (l *link) doAll(ctx context.Context, commands func(rueidis.Client) rueidis.Commands) error {
	within, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	client, err := l.ready(within)
	if err == nil {
		for _, answer := range client.DoMulti(within, commands(client)...) {
			if err = answer.Error(); err != nil && !rueidis.IsRedisNil(err) {
				break
			}
		}
		l.heard(err, ctx)
	}
	return l.judge(ctx, err)
}

// heard counts calls without an answer. One whose caller left says nothing.
func (l *link) heard(err error, ctx context.Context) {
	_, answered := rueidis.IsRedisErr(err)
	if err == nil || answered || rueidis.IsRedisNil(err) {
		if l.failures.Load() != 0 {
			l.failures.Store(0)
		}
		return
	}
	if ctx.Err() != nil || l.failures.Add(1) < failuresToRest || !l.up.CompareAndSwap(true, false) {
		return
	}
	l.metrics.up.Set(0)
	select {
	case l.resting <- struct{}{}:
	default: // it is pinging
	}
}

// judge makes a fault of an error.
func (l *link) judge(ctx context.Context, err error) error {
	switch {
	case err == nil || rueidis.IsRedisNil(err):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case l.life.Err() != nil:
		return ErrClosed
	default:
		l.metrics.errors.Inc()
		return unavailable(err)
	}
}

func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return ErrUnavailable.Because(err)
}
