package papers

import "sync"

// places are how many may do something at one time. One client has half of them at most, so that whoever reads slowly holds up few.
type places struct {
	each int

	mu   sync.Mutex
	free int
	held map[string]int // by client
}

func newPlaces(n int) *places { return &places{each: (n + 1) / 2, free: n, held: map[string]int{}} }

func (p *places) take(client string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free == 0 || p.held[client] == p.each {
		return false
	}
	p.free--
	p.held[client]++
	return true
}

func (p *places) give(client string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free++
	if p.held[client]--; p.held[client] == 0 {
		delete(p.held, client)
	}
}
