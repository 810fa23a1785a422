package hub

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/realtime"
)

// Bus brings messages to the hubs of other nodes. It may lose, double and reorder.
type Bus interface {
	Publish(topic string, body []byte) error                      // never blocks
	Subscribe(topic string, fn func(body []byte)) (cancel func()) // calls of one topic come one at a time
	Lost(fn func()) (cancel func())                               // called when messages may have been lost
	Shared() bool                                                 // there may be other nodes on it
}

// Deps is what a hub works with.
type Deps struct {
	DB      *db.DB
	Bus     Bus                   // nil: there is one node
	Now     func() time.Time      // nil: time.Now
	Log     *slog.Logger          // nil: nothing is logged
	Metrics prometheus.Registerer // nil: nothing is counted
	Node    string                // of this process, another for each; empty: made at random
}

// Hub is the open channels of one lane. It is safe for use by many goroutines.
type Hub struct{}

// channel is one open channel.
type channel struct{ name string }

var _ realtime.Live = (*Hub)(nil)

// New makes a hub for the channels in one lane's database. It does no I/O. The name is the lane's.
func New(name string, c Config, d Deps) *Hub { return &Hub{} }

// Register adds kinds of channels, before anything else is asked. An error is a mistake of the program: a prefix that breaks its rule or
// is there already, a kind without Open.
func (h *Hub) Register(kinds ...realtime.Channel) error { panic("to come") }

// Migrate makes the tables of the logs.
func (h *Hub) Migrate(ctx context.Context) error { panic("to come") }

// Run works until ctx ends. Then it refuses the new, commits what is queued, and returns when all it has begun has ended. It may be
// called once; operations wait until it is.
func (h *Hub) Run(ctx context.Context) error { panic("to come") }

// Drain refuses new operations and members from now on, and returns when all operations that wait are decided and their done functions
// called. Members stay in. An error says that ctx ended before.
func (h *Hub) Drain(ctx context.Context) error { panic("to come") }

// Name is the lane's.
func (h *Hub) Name() string { panic("to come") }

// Owns says whether one of its kinds has this channel.
func (h *Hub) Owns(channel string) bool { panic("to come") }

// Kind is what was registered for a channel's prefix.
func (h *Hub) Kind(channel string) (realtime.Channel, bool) { panic("to come") }

// Publish is for the lane itself and for the server's API. With the zero Op the operation has no name that it could be sent again under.
// Without an end of ctx it waits for the commit.
func (h *Hub) Publish(ctx context.Context, channel string, by realtime.Writer, op realtime.Op, data []byte) (realtime.Position, error) {
	panic("to come")
}

// Look shows the room as it is, under the channel's lock: look must neither block nor call the hub.
func (h *Hub) Look(ctx context.Context, channel string, look func(realtime.Room, realtime.Position)) error {
	panic("to come")
}

// Forget removes a channel with its log for ever. Its members are told (2000). The lane removes what Open would find first.
func (h *Hub) Forget(ctx context.Context, channel string) error { panic("to come") }

// History is Membership.History for who is not in.
func (h *Hub) History(ctx context.Context, channel string, since *realtime.Position, limit int, reverse bool) ([]realtime.Entry, realtime.Position, error) {
	panic("to come")
}

// Presence is Membership.Presence for who is not in.
func (h *Hub) Presence(ctx context.Context, channel, after string, limit int) ([]Present, error) {
	panic("to come")
}

// Stats is Membership.Stats for who is not in.
func (h *Hub) Stats(ctx context.Context, channel string) (Stats, error) { panic("to come") }

// Open is one open channel, for operators.
type Open struct {
	Channel string
	realtime.Position
	Members int // on this node
	Waiting int // operations
}

// Channels lists open channels with this prefix, by name, behind after, at most limit.
func (h *Hub) Channels(prefix, after string, limit int) []Open { panic("to come") }
