package realtime

import (
	"context"
	"net/netip"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/identity"
)

// Channel is one kind of live channels: all whose names begin with its prefix.
type Channel struct {
	Prefix    string // "paper:", a lower-case word and a colon; the rest of a name is the lane's: 1 to 100 of A-Z a-z 0-9 _ . - :
	Anonymous bool   // who shows no token may connect for it
	Members   int    // connections that may be in one channel at once, on one node; 0: 10,000
	// Open makes the room of a channel from its last checkpoint (nil: there is none) and whatever else tx reads. The entries behind
	// the checkpoint are applied next, before anything else is asked of the room. An error refuses whoever asked.
	Open func(ctx context.Context, tx *db.Tx, name string, checkpoint []byte) (Room, error)
}

// Room is one open channel: what its log folds to. Calls do not overlap, must not block and, but for Apply, change nothing.
type Room interface {
	// Allow decides on a subscription: a grant, or the error that the client is told.
	Allow(ctx context.Context, c Client, s Subscribe) (Grant, error)
	// Decide turns an operation into what is logged: data is what the client sent, the answer is what all get. An error is the
	// refusal that the sender is told. now is the time that the operation happens at.
	Decide(by Writer, data []byte, now time.Time) ([]byte, error)
	// Apply folds an entry in. It cannot fail: what Decide gave once is law, on every node and for ever.
	Apply(e Entry)
	// Snapshot is the room as it is, for those who subscribe. nil: none.
	Snapshot() []byte
	// Checkpoint is the room as it is, for Open. Entries before it may be forgotten.
	Checkpoint() []byte
}

// Ephemeral is a room that lets messages pass beside the log.
type Ephemeral interface {
	// Pass decides on a message that is not kept: what all get, or a refusal. Of the messages with the same key that came within a
	// tick, only the last goes out.
	Pass(by Writer, data []byte, now time.Time) (key string, out []byte, err error)
}

// Committer is a room that writes rows of its own, in the transaction that its entries are logged in. It may run more than once for
// the same entries, and its error fails them all.
type Committer interface {
	Commit(ctx context.Context, tx *db.Tx, entries []Entry) error
}

// Withholder is a room that takes back what was said. Whoever comes back from before, or asks for history, does not get it from the log any
// more: the one begins anew with the snapshot, the other gets what came since. A room that is opened withholds all behind its checkpoint.
type Withholder interface {
	// Since is the offset of the first entry that may be told again; 0: all may.
	Since() uint64
}

// Client is one connection.
type Client struct {
	ID     string // of the connection, made anew each time
	Caller identity.Caller
	Addr   netip.Addr
	Name   string // of the program, as it says itself; may be empty
}

// Subscribe is what a client sends to get into a channel.
type Subscribe struct {
	Channel string
	Token   string // of the subscription; may be empty
	Data    []byte // whatever the lane's clients say; may be empty
}

// Grant is what a subscription may do.
type Grant struct {
	Publish  bool      // operations and messages may be sent
	Presence bool      // who is in may be asked, and is told
	Join     bool      // coming and going is told to the others, and who is in names this one
	Expires  time.Time // zero: never; until then a new token must be shown
	Info     []byte    // JSON, for the others; may be nil
	Role     any       // the room's own, handed back in Writer
}

// Writer is who sends.
type Writer struct {
	Client string // id of the connection; empty: not by a connection
	User   string // id of the caller; empty: the public
	Addr   netip.Addr
	Role   any // of its Grant
}

// Op names an operation for ever: sent again, it is acknowledged again and done once. In a message it is data.op, the text
// "<instance>:<counter>".
type Op struct {
	Instance string // of the client that counts: 8 to 40 of A-Z a-z 0-9 _ -, made at random
	Counter  uint64 // from 1, one more for each operation
}

// Entry is one place in a log.
type Entry struct {
	Offset uint64 // from 1
	Op     Op
	Client string
	User   string
	At     int64 // Unix milliseconds, of the node that decided
	Data   []byte
}

// Position is a place in a log. Offsets of different epochs have nothing to do with each other.
type Position struct {
	Epoch  string
	Offset uint64
}

// Live is what a lane may ask of its own channels.
type Live interface {
	// Publish does what a client's publish does, and returns when it is durable: where the log is then, which is at the operation's
	// place or behind it.
	Publish(ctx context.Context, channel string, by Writer, op Op, data []byte) (Position, error)
	// Look shows the room as it is now, opened if it is not. look must not keep it.
	Look(ctx context.Context, channel string, look func(Room, Position)) error
	// Forget removes a channel with its log for ever and tells those who are in that it has ended.
	Forget(ctx context.Context, channel string) error
}
