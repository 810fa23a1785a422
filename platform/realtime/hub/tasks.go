package hub

import "sync"

// tasks are goroutines that a hub began and waits for.
type tasks struct {
	mu    sync.Mutex
	ended bool
	all   sync.WaitGroup
}

// start says whether fn is begun: once the hub has ended nothing is.
func (t *tasks) start(fn func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	t.all.Go(fn)
	return true
}

// wait is for all that is begun; after it nothing more is.
func (t *tasks) wait() {
	t.mu.Lock()
	t.ended = true
	t.mu.Unlock()
	t.all.Wait()
}

// list is channels that have something to do at the next tick or beat. A channel's own flag says that it is in.
type list struct {
	wake chan struct{} // holds one

	mu  sync.Mutex
	all []*channel
}

func (l *list) add(c *channel) {
	l.mu.Lock()
	l.all = append(l.all, c)
	first := len(l.all) == 1
	l.mu.Unlock()
	if first {
		signal(l.wake)
	}
}

func (l *list) take(into []*channel) []*channel {
	l.mu.Lock()
	defer l.mu.Unlock()
	into = append(into[:0], l.all...)
	clear(l.all)
	l.all = l.all[:0]
	return into
}

func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
