package hub

import (
	"context"

	"github.com/hotlane/hotlane/platform/db"
)

// Beat does what is done once a second, for the nth time.
func (h *Hub) Beat(n int) { h.beat(n) }

// Compare looks for what the bus lost.
func (h *Hub) Compare(ctx context.Context) error { return h.compare(ctx) }

// Before puts a function before the writes of commits.
func (h *Hub) Before(wrap func(write func(context.Context, func(*db.Tx) error) error, ctx context.Context, fn func(*db.Tx) error) error) {
	write := h.write
	h.write = func(ctx context.Context, fn func(*db.Tx) error) error { return wrap(write, ctx, fn) }
}

// Open is how many channels are open.
func (h *Hub) Opened() int64 { return h.open.Load() }

// OpOf is how the name of an operation is found.
var OpOf = opOf
