package socket

import "runtime"

// job is what a worker does: handle what a connection read.
type job struct {
	c *Conn
	k *chunk
}

// hand gives a job to a worker that rests, or else to a new one: a handler that blocks holds up nobody else.
func (g *Group) hand(j job) {
	select {
	case g.jobs <- j:
	default:
		g.owned.Add(1) // the connection of the job keeps Shutdown from waiting already
		go g.work(j)
	}
}

// work does a job, and those that come while not too many others rest.
func (g *Group) work(j job) {
	defer g.owned.Done()
	for {
		j.c.took(j.k)
		j = job{}
		if g.resting.Add(1) > int32(4*runtime.GOMAXPROCS(0)) {
			g.resting.Add(-1)
			return
		}
		select {
		case j = <-g.jobs:
			g.resting.Add(-1)
		case <-g.done:
			g.resting.Add(-1)
			return
		}
	}
}
