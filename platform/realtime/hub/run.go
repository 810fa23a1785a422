package hub

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The time for what is queued when Run's context has ended.
const (
	flushTime   = 15 * time.Second
	drainedTime = time.Second // where Drain was called before, and waited for as long as its caller would
)

// Run works until ctx ends. Then it refuses the new, commits what is queued, and returns when all it has begun has ended. What cannot
// be committed by then is refused. It may be called once; operations wait until it is.
func (h *Hub) Run(ctx context.Context) error {
	var own, committers sync.WaitGroup
	inner, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	stop := make(chan struct{})
	for _, k := range h.committers {
		committers.Go(func() { k.run(stop) })
	}
	own.Go(func() { h.runTicks(inner) })
	own.Go(func() { h.runBeats(inner) })
	own.Go(func() { h.runChecks(inner) })
	own.Go(func() { h.runKeeper(inner) })
	own.Go(func() { _ = h.creates.Run(inner) }) // its errors are the openings'
	<-ctx.Done()

	flush := flushTime
	if h.draining.Load() {
		flush = drainedTime
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), flush)
	defer cancel()
	err := h.Drain(last)
	h.cut()
	close(stop)
	committers.Wait()
	h.end()
	end()
	own.Wait()
	h.tasks.wait()
	h.closeAll()
	return err
}

// Drain refuses new operations and members from now on, and returns when all operations that wait are decided and their done functions
// called. Members stay in. An error says that ctx ended before.
func (h *Hub) Drain(ctx context.Context) error {
	h.draining.Store(true)
	for h.waiting.Load() > 0 {
		select {
		case <-h.quiet:
		case <-ctx.Done():
			return fmt.Errorf("live %s: drain: %d operations wait: %w", h.name, h.waiting.Load(), ctx.Err())
		}
	}
	signal(h.quiet) // for another who waits
	return nil
}

// closeAll lets go of all channels: what still waits is refused, whatever the reason that it could not be committed.
func (h *Hub) closeAll() {
	h.each(func(c *channel) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed {
			return
		}
		c.busy = false
		tasks := c.tasks
		c.tasks = nil
		for _, t := range tasks {
			t(ErrDraining)
		}
		c.refuse(c.take(len(c.queue)), ErrDraining)
		c.bye(2500, "shutdown")
		c.close()
	})
}

// runTicks sends what came beside the logs. Between two rounds is a tick, and nothing runs where nothing comes.
func (h *Hub) runTicks(ctx context.Context) {
	var all []*channel
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.ticks.wake:
		}
		t.Reset(h.cfg.Tick)
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		all = h.ticks.take(all)
		for _, c := range all {
			c.flushBeside()
		}
		clear(all)
	}
}

func (h *Hub) runBeats(ctx context.Context) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		h.beat(n)
	}
}

// beat is what is done once a second.
func (h *Hub) beat(n int) {
	for _, c := range h.beats.take(nil) {
		c.flushCrowd()
	}
	if h.bus != nil {
		h.tellCrowds(n)
	}
	h.closeIdle()
	h.closeForMemory()
	h.metrics.windows.Set(float64(h.windows.Load()))
	h.metrics.open.Set(float64(h.open.Load()))
	h.metrics.waiting.Set(float64(h.waiting.Load()))
}

// runChecks compares with the logs every now and then, and at once when the bus has lost something.
func (h *Hub) runChecks(ctx context.Context) {
	if h.bus != nil {
		cancel := h.bus.Lost(func() { signal(h.check) })
		defer cancel()
	}
	t := time.NewTicker(h.cfg.Check)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-h.check:
		}
		if err := h.compare(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("live: the logs cannot be compared", "error", err.Error())
		}
	}
}
