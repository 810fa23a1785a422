package bus

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
)

const (
	MaxTopic = 256     // bytes
	MaxBody  = 1 << 20 // bytes
)

var (
	// ErrFull is what Publish answers while the queue is full. The others are told that something is lost as soon as one can.
	ErrFull = fault.New(fault.Unavailable, "bus.full", "Too much waits to be sent.").After(time.Second)
	// ErrTooLarge is a topic or a body beyond its limit.
	ErrTooLarge = fault.New(fault.TooLarge, "bus.too_large", "The message is too large for the bus.")
)

// Bus is what all nodes hear. It is safe for use by many goroutines.
type Bus interface {
	// Publish hands a message to all nodes that subscribe to the topic, this one included. It never blocks. body must not be changed
	// afterwards, nor by who gets it. ErrFull, ErrTooLarge.
	Publish(topic string, body []byte) error
	// Subscribe has fn called with each message of the topic from some time soon. Its first call is with nil: from there on the
	// subscription holds; what was published before is not coming. fn must not block for long: it holds up others. After cancel
	// returned no call begins, though one may still be on its way. cancel may be called more than once, also inside fn.
	Subscribe(topic string, fn func(body []byte)) (cancel func())
	// Lost has fn called when messages of any topic may have been lost, for this node: reconnected, overflowed. Several losses
	// may be one call. The same is true of it as of Subscribe's.
	Lost(fn func()) (cancel func())
	// Shared says whether there may be other nodes.
	Shared() bool
	// Run works until ctx ends, and returns nil. It may be called once; before it nothing is delivered.
	Run(ctx context.Context) error
}

func check(topic string, body []byte) error {
	if len(topic) > MaxTopic || len(body) > MaxBody {
		return ErrTooLarge
	}
	return nil
}
