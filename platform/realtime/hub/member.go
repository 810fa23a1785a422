package hub

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/realtime"
)

// Member is a connection that is in a channel. Deliver and Ended are called under the channel's lock: they must not block, and must not
// call the hub or the Membership.
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
	c      *channel
	client realtime.Client

	// The rest is guarded by the channel's lock. There are very many of them: what can be made of the rest is not kept.
	grant     realtime.Grant
	joinLeave bool
	watches   bool  // is told who comes and goes
	at        int32 // in channel.seats; -1: not in
}

// writer is who sends.
func (s *Membership) writer() realtime.Writer {
	return realtime.Writer{Client: s.client.ID, User: s.client.Caller.ID, Addr: s.client.Addr, Role: s.grant.Role}
}

// Present is somebody who is in a channel.
type Present struct {
	Client string
	User   string
	Info   []byte // JSON; nil: none
}

// Stats is how many are in a channel, on all nodes: what its members would find in presence.
type Stats struct{ Clients, Users int }

// Channel is the name of the channel.
func (s *Membership) Channel() string { return s.c.name }

// Leave ends the membership. After it nothing more is delivered. Again, it does nothing.
func (s *Membership) Leave() {
	c := s.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.at < 0 {
		return
	}
	last := len(c.seats) - 1
	c.seats[s.at] = c.seats[last]
	c.seats[s.at].s.at = s.at
	c.seats[last] = seat{}
	c.seats, s.at = c.seats[:last], -1
	if s.watches {
		c.watchers--
	}
	c.hub.metrics.members.Dec()
	c.left(s)
	c.settle()
}

// History gives entries: behind since (before it with reverse), at most limit (0: none, only the position; below 0 or above 1,000:
// 1,000), and where the log is. ErrUnrecoverable where since is of another epoch or forgotten.
func (s *Membership) History(ctx context.Context, since *realtime.Position, limit int, reverse bool) ([]realtime.Entry, realtime.Position, error) {
	s.c.mu.Lock()
	in := s.at >= 0
	s.c.mu.Unlock()
	if !in {
		return nil, realtime.Position{}, ErrEnded
	}
	return s.c.hub.History(ctx, s.c.name, since, limit, reverse)
}

// Presence is who is in, by client id, behind after (empty: from the first), at most limit, up to 1,000 (0: as many). ErrMayNotSee.
func (s *Membership) Presence(after string, limit int) ([]Present, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if err := s.maySee(); err != nil {
		return nil, err
	}
	return s.c.page(after, limit), nil
}

// Stats is how many are in. ErrMayNotSee.
func (s *Membership) Stats() (Stats, error) {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if err := s.maySee(); err != nil {
		return Stats{}, err
	}
	return s.c.stats(), nil
}

func (s *Membership) maySee() error {
	switch {
	case s.at < 0:
		return ErrEnded
	case !s.grant.Presence:
		return ErrMayNotSee
	}
	return nil
}

// Renew asks the room for a new grant with another token, and no data. A refusal leaves the grant as it was.
func (s *Membership) Renew(ctx context.Context, token string) (realtime.Grant, error) {
	var grant realtime.Grant
	subscribe := realtime.Subscribe{Channel: s.c.name, Token: token}
	err := s.c.await(ctx, func(c *channel) (err error) {
		if s.at < 0 {
			return ErrEnded
		}
		var refused error
		if err := c.ask(func() { grant, refused = c.room.Allow(ctx, s.client, subscribe) }); err != nil {
			return err
		}
		if refused == nil {
			s.regrant(grant)
		}
		return refused
	})
	return grant, err
}

// regrant: mu is held.
func (s *Membership) regrant(grant realtime.Grant) {
	c := s.c
	if s.grant.Join && !grant.Join {
		c.left(s)
	}
	joins := grant.Join && !s.grant.Join
	s.grant = grant
	c.crowd.stale = true
	if joins {
		c.came(s)
	}
	if watches := s.joinLeave && grant.Presence; watches != s.watches {
		s.watches = watches
		if watches {
			c.watchers++
		} else {
			c.watchers--
		}
	}
}

// Expires is when the grant does; zero: never.
func (s *Membership) Expires() time.Time {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.grant.Expires
}
