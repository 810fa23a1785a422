package hub_test

import (
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// air carries messages between the nodes of a test: what is on its way is delivered, doubled, reordered or lost as the test says.
type air struct {
	mu      sync.Mutex
	radios  []*radio
	pending []flying
	more    chan struct{} // holds one; nil: nobody waits
}

// put is called with mu held.
func (a *air) put(f flying) {
	a.pending = append(a.pending, f)
	select {
	case a.more <- struct{}{}:
	default:
	}
}

type flying struct {
	to    *radio
	topic string
	body  []byte
	only  int // this subscription; 0: all
}

// radio is one node's bus.
type radio struct {
	air  *air
	fns  map[string]map[int]func([]byte)
	lost map[int]func()
	next int
}

var _ hub.Bus = (*radio)(nil)

func (a *air) radio() *radio {
	r := &radio{air: a, fns: map[string]map[int]func([]byte){}, lost: map[int]func(){}}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.radios = append(a.radios, r)
	return r
}

func (r *radio) Shared() bool { return true }

func (r *radio) Publish(topic string, body []byte) error {
	r.air.mu.Lock()
	defer r.air.mu.Unlock()
	for _, to := range r.air.radios {
		r.air.put(flying{to: to, topic: topic, body: body})
	}
	return nil
}

func (r *radio) Subscribe(topic string, fn func([]byte)) (cancel func()) {
	r.air.mu.Lock()
	defer r.air.mu.Unlock()
	r.next++
	n := r.next
	if r.fns[topic] == nil {
		r.fns[topic] = map[int]func([]byte){}
	}
	r.fns[topic][n] = fn
	r.air.put(flying{to: r, topic: topic, only: n})
	return func() {
		r.air.mu.Lock()
		defer r.air.mu.Unlock()
		delete(r.fns[topic], n)
	}
}

func (r *radio) Lost(fn func()) (cancel func()) {
	r.air.mu.Lock()
	defer r.air.mu.Unlock()
	r.next++
	n := r.next
	r.lost[n] = fn
	return func() {
		r.air.mu.Lock()
		defer r.air.mu.Unlock()
		delete(r.lost, n)
	}
}

// on is how many are on their way.
func (a *air) on() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.pending)
}

// deliver brings the ith message; keep: it stays on its way too.
func (a *air) deliver(i int, keep bool) {
	a.mu.Lock()
	if i >= len(a.pending) {
		a.mu.Unlock()
		return
	}
	f := a.pending[i]
	if !keep {
		a.pending = slices.Delete(a.pending, i, i+1)
	}
	var fns []func([]byte)
	for n, fn := range f.to.fns[f.topic] {
		if f.only == 0 || f.only == n {
			fns = append(fns, fn)
		}
	}
	a.mu.Unlock()
	for _, fn := range fns {
		fn(f.body)
	}
}

// lose drops the ith message, unless it says that a subscription holds, which is not lost.
func (a *air) lose(i int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i < len(a.pending) && a.pending[i].only == 0 {
		a.pending = slices.Delete(a.pending, i, i+1)
	}
}

// storm delivers, doubles, reorders and loses by chance until stop is closed and nothing is on its way. more must be there.
func (a *air) storm(r *rand.Rand, stop <-chan struct{}) {
	for {
		n := a.on()
		if n == 0 {
			select {
			case <-stop:
				return
			case <-a.more:
				continue
			}
		}
		i := r.IntN(min(n, 8))
		switch r.IntN(6) {
		case 0:
			a.lose(i)
		case 1:
			a.deliver(i, true)
		default:
			a.deliver(i, false)
		}
	}
}
