package bus

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	laneMessages = 4096    // messages that wait in one lane
	laneBytes    = 8 << 20 // and their bodies; what does not fit is lost, and said to be
)

// inbox delivers what a node gets. A topic is always in the same of its lanes, each of which has one goroutine, so that one slow
// function holds up a part of the topics only.
type inbox struct {
	seed  maphash.Seed
	lanes []*lane
	lost  func() // counts losses

	mu     sync.Mutex // guards what follows; never held while a function is called; before the lanes' locks
	topics map[string][]*subscription
	onLoss []*subscription // whose topic is none
}

type subscription struct {
	fn    func([]byte)
	told  bool // that it holds is on its way; guarded by the inbox
	holds bool // it was called with nil; of its lane's goroutine only
	ended atomic.Bool
}

func (s *subscription) hold() {
	if !s.ended.Load() {
		s.holds = true
		s.fn(nil)
	}
}

func (s *subscription) call(body []byte) {
	if s.holds && !s.ended.Load() {
		s.fn(body)
	}
}

// lane is messages on their way.
type lane struct {
	wake chan struct{} // holds one

	mu    sync.Mutex // guards what follows
	queue []message
	bytes int
	lost  bool // something did not fit
}

type message struct {
	topic string
	body  []byte
	only  *subscription // nil: all of the topic
}

func newInbox(lanes int) *inbox {
	in := &inbox{seed: maphash.MakeSeed(), lanes: make([]*lane, lanes), lost: func() {}, topics: make(map[string][]*subscription)}
	for i := range in.lanes {
		in.lanes[i] = &lane{wake: make(chan struct{}, 1)}
	}
	return in
}

func (in *inbox) lane(topic string) *lane {
	return in.lanes[maphash.String(in.seed, topic)%uint64(len(in.lanes))]
}

// put never blocks.
func (in *inbox) put(m message) {
	l := in.lane(m.topic)
	l.mu.Lock()
	switch {
	case m.only != nil: // that a subscription holds is said once, and is not lost: there are as many as subscriptions
		if len(l.queue) >= laneMessages {
			l.queue = slices.DeleteFunc(l.queue, func(m message) bool { return m.only != nil && m.only.ended.Load() })
		}
		l.queue = append(l.queue, m)
	case len(l.queue) >= laneMessages || l.bytes+len(m.body) > laneBytes:
		l.lost = true
	default:
		l.queue = append(l.queue, m)
		l.bytes += len(m.body)
	}
	l.mu.Unlock()
	l.awake()
}

func (l *lane) awake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// lose has all told that something is lost.
func (in *inbox) lose() {
	l := in.lanes[0]
	l.mu.Lock()
	l.lost = true
	l.mu.Unlock()
	l.awake()
}

// subscribe adds one. It gets nothing before hold was called for its topic.
func (in *inbox) subscribe(topic string, fn func([]byte)) *subscription {
	s := &subscription{fn: fn}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.topics[topic] = append(slices.Clip(in.topics[topic]), s)
	return s
}

// hold has those told that are new to a topic.
func (in *inbox) hold(topic string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, s := range in.topics[topic] {
		if !s.told {
			s.told = true
			in.put(message{topic: topic, only: s})
		}
	}
}

// cancel: last says that nobody has this topic any more, for the first time.
func (in *inbox) cancel(topic string, s *subscription) (last bool) {
	if s.ended.Swap(true) {
		return false
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(in.topics[topic]), func(o *subscription) bool { return o == s })
	if len(rest) > 0 {
		in.topics[topic] = rest
		return false
	}
	delete(in.topics, topic)
	return true
}

func (in *inbox) has(topic string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.topics[topic]) > 0
}

func (in *inbox) wanted() []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return slices.Collect(maps.Keys(in.topics))
}

func (in *inbox) onLost(fn func()) (cancel func()) {
	s := &subscription{fn: func([]byte) { fn() }, holds: true}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.onLoss = append(slices.Clip(in.onLoss), s)
	return func() {
		s.ended.Store(true)
		in.mu.Lock()
		defer in.mu.Unlock()
		in.onLoss = slices.DeleteFunc(slices.Clone(in.onLoss), func(o *subscription) bool { return o == s })
	}
}

// run delivers until ctx ends.
func (in *inbox) run(ctx context.Context) {
	var all sync.WaitGroup
	for _, l := range in.lanes {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-l.wake:
					in.deliver(ctx, l)
				}
			}
		})
	}
	all.Wait()
}

func (in *inbox) deliver(ctx context.Context, l *lane) {
	l.mu.Lock()
	queue, lost := l.queue, l.lost
	l.queue, l.bytes, l.lost = nil, 0, false
	l.mu.Unlock()
	for _, m := range queue {
		if ctx.Err() != nil {
			return
		}
		if m.only != nil {
			m.only.hold()
			continue
		}
		for _, s := range in.of(m.topic) {
			s.call(m.body)
		}
	}
	if !lost {
		return
	}
	in.lost()
	in.mu.Lock()
	list := in.onLoss
	in.mu.Unlock()
	for _, s := range list {
		s.call(nil)
	}
}

func (in *inbox) of(topic string) []*subscription {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.topics[topic]
}
