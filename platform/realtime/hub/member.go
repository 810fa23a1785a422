package hub

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/realtime"
)

// Member is a connection that is in a channel. Both methods are called under the channel's lock: they must not block, and must not call
// the hub or the Membership.
type Member interface {
	// Client is asked once, by Join.
	Client() realtime.Client
	// Deliver hands on what happened. m's bytes are shared by all members and may be kept, m itself may not.
	Deliver(s *Membership, m *Message)
	// Ended says that the membership is over, and not by Leave: code and reason are the protocol's, of an unsubscribe.
	Ended(s *Membership, code uint32, reason string)
}

// Join is what a subscription begins with.
type Join struct {
	realtime.Subscribe
	Recover   bool              // what was missed since Since is wanted
	Since     realtime.Position // the last that the client has
	JoinLeave bool              // who comes and goes is to be told, if the grant lets it
}

// Joined is where a subscription begins: at the Position, which is the snapshot's, or the last of Entries'.
type Joined struct {
	Membership *Membership
	realtime.Position
	Recovered bool             // Entries is all that came since Join.Since
	Entries   []realtime.Entry // must not be changed
	Snapshot  []byte           // JSON; nil: none, or Recovered. Must not be changed
	Grant     realtime.Grant
}

// Membership is one connection in one channel. Its methods may be used by many goroutines; after Leave or Ended they answer ErrEnded.
type Membership struct {
	c         *channel
	member    Member
	client    realtime.Client
	token     string
	by        realtime.Writer
	grant     realtime.Grant
	joinLeave bool
	at        int // in channel.members; -1: not in
}

// Present is somebody who is in a channel.
type Present struct {
	Client string
	User   string
	Info   []byte // JSON; nil: none
}

// Stats is how many are in a channel, on all nodes: what its members would find in presence.
type Stats struct{ Clients, Users int }

// Join brings a member into a channel. reply is called under the channel's lock, before the first Deliver, and must neither block nor
// call the hub; it is not called when Join fails. When ctx ends first, the member is not in.
func (h *Hub) Join(ctx context.Context, m Member, j Join, reply func(Joined)) (*Membership, error) {
	panic("to come")
}

// Channel is the name of the channel.
func (s *Membership) Channel() string { return s.c.name }

// Publish sends an operation (a JSON object with the member "op"), or a message beside the log (without it). done is called once, maybe
// before Publish returns, maybe under the channel's lock: it must neither block nor call the hub. data is copied. ctx is only for what
// can be refused at once.
func (s *Membership) Publish(ctx context.Context, data []byte, done func(error)) { panic("to come") }

// Leave ends the membership. After it nothing more is delivered. Again, it does nothing.
func (s *Membership) Leave() { panic("to come") }

// History gives entries: behind since (before it with reverse), at most limit (0: none, only the position; below 0 or above 1,000:
// 1,000), and where the log is. ErrUnrecoverable where since is of another epoch or forgotten.
func (s *Membership) History(ctx context.Context, since *realtime.Position, limit int, reverse bool) ([]realtime.Entry, realtime.Position, error) {
	panic("to come")
}

// Presence is who is in, by client id, behind after (empty: from the first), at most limit, up to 1,000. ErrMayNotSee.
func (s *Membership) Presence(after string, limit int) ([]Present, error) { panic("to come") }

// Stats is how many are in. ErrMayNotSee.
func (s *Membership) Stats() (Stats, error) { panic("to come") }

// Renew asks the room for a new grant with another token.
func (s *Membership) Renew(ctx context.Context, token string) (realtime.Grant, error) {
	panic("to come")
}

// Expires is when the grant does; zero: never.
func (s *Membership) Expires() time.Time { panic("to come") }
