package hub

import (
	"context"
	"runtime"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Beat does what is done once a second, for the nth time.
func (h *Hub) Beat(n int) { h.beat(n) }

// Tick sends what a channel has collected beside its log.
func (h *Hub) Tick(channel string) {
	c := h.peek(channel)
	c.mu.Unlock()
	c.flushBeside()
}

// Compare looks for what the bus lost.
func (h *Hub) Compare(ctx context.Context) error { return h.compare(ctx) }

type writeFunc = func(context.Context, func(*db.Tx) error) error

// Before puts a function before the writes of commits. No operation may be on its way.
func (h *Hub) Before(wrap func(write writeFunc, ctx context.Context, fn func(*db.Tx) error) error) {
	write := h.write
	h.write = func(ctx context.Context, fn func(*db.Tx) error) error { return wrap(write, ctx, fn) }
}

// Keep makes checkpoints of these channels, and writes them when between has returned.
func (h *Hub) Keep(ctx context.Context, between func(), names ...string) {
	var all []checkpoint
	for _, name := range names {
		c := h.peek(name)
		k, _ := c.checkpoint()
		c.mu.Unlock()
		all = append(all, k)
	}
	between()
	h.writeAll(ctx, all)
}

// Opened is how many channels are open.
func (h *Hub) Opened() int64 { return h.open.Load() }

// WaitTasks waits until so many wait for the room of a channel.
func (h *Hub) WaitTasks(channel string, n int) {
	h.waitFor(channel, func(c *aChannel) bool { return len(c.tasks) >= n })
}

// WaitKept waits until no checkpoint is under way.
func (h *Hub) WaitKept(channel string) {
	h.waitFor(channel, func(c *aChannel) bool { return !c.keep.under })
}

// Trim deletes all that is known to be forgotten.
func (h *Hub) Trim(ctx context.Context) { h.trim(ctx, true) }

// Trimmer is what knows which packs those are.
type Trimmer struct{ trimmer }

func (t *Trimmer) Add(packs []int64)     { t.add(packs) }
func (t *Trimmer) Next(all bool) []int64 { return t.next(all) }

// What a Trimmer goes by.
const (
	TrimAtOnce = trimAtOnce
	TrimWorth  = trimWorth
)

// WaitQueued waits until so many operations are queued in a channel.
func (h *Hub) WaitQueued(channel string, n int) {
	h.waitFor(channel, func(c *aChannel) bool { return len(c.queue) >= n })
}

type aChannel = channel

func (h *Hub) waitFor(name string, ok func(*channel) bool) {
	for {
		c := h.peek(name)
		if c == nil {
			return
		}
		done := ok(c)
		c.mu.Unlock()
		if done {
			return
		}
		runtime.Gosched()
	}
}

// OpOf is how the name of an operation is found.
var OpOf = opOf

// WaitReading waits until at most so many are read for.
func (h *Hub) WaitReading(channel string, n int) {
	h.waitFor(channel, func(c *aChannel) bool { return c.reading <= n })
}

// WaitClosed waits until a channel is closed.
func (h *Hub) WaitClosed(channel string) {
	h.waitFor(channel, func(*aChannel) bool { return false })
}

// Find finds an open channel.
func (h *Hub) Find(name string) { h.peek(name).mu.Unlock() }

// FanOut is a channel with members and nothing else.
type FanOut struct{ c *channel }

// NewFanOut has no members yet.
func NewFanOut(name string) *FanOut {
	h := New("test", Config{}, Deps{})
	return &FanOut{newChannel(h, name, nil)}
}

// Add is one member more.
func (f *FanOut) Add(m Member) {
	f.c.seats = append(f.c.seats, seat{m, &Membership{c: f.c, at: int32(len(f.c.seats))}})
}

// Deliver brings entries to all.
func (f *FanOut) Deliver(entries ...realtime.Entry) {
	f.c.mu.Lock()
	defer f.c.mu.Unlock()
	f.c.deliver(entries)
}

// Sweep deletes the logs that nobody used.
func (h *Hub) Sweep(ctx context.Context) { h.sweep(ctx) }

// Windows is the bytes that all windows hold: as counted, and as they are.
func (h *Hub) Windows() (counted, held int64) {
	h.each(func(c *channel) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i := range c.window.all {
			held += int64(size(&c.window.all[i]))
		}
	})
	return h.windows.Load(), held
}

// InWindow is how many entries a channel keeps in memory.
func (h *Hub) InWindow(channel string) int {
	c := h.peek(channel)
	defer c.mu.Unlock()
	return len(c.window.entries())
}
