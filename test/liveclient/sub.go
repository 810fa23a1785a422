package liveclient

import (
	"context"
	"errors"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// Sub is one subscription. It comes back with its client, and recovers what it missed. What stands behind "under the client's lock"
// is read and written so.
type Sub struct {
	c       *Client
	channel string
	o       SubOptions

	// Under the client's lock.
	in    bool
	known bool // epoch and offset are
	at    protocol.StreamPosition
	ops   []*op // not answered yet, in the order they were given
	over  error
	first chan error // of Subscribe; nil when it was told
}

// Subscribe gets into a channel and waits until it is in. It must not be called from a handler.
func (c *Client) Subscribe(ctx context.Context, channel string, o SubOptions) (*Sub, error) {
	s := &Sub{c: c, channel: channel, o: o, first: make(chan error, 1)}
	if o.Since != nil {
		s.known, s.at = true, *o.Since
	}
	told := s.first
	c.mu.Lock()
	if c.why != nil || c.subs[channel] != nil {
		defer c.mu.Unlock()
		return nil, errors.Join(c.why, errors.New("the client has ended, or is in that channel"))
	}
	c.subs[channel] = s
	if c.link != nil {
		s.ask()
	}
	c.mu.Unlock()
	select {
	case err := <-told:
		if err != nil {
			return nil, err
		}
		return s, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// ask sends the subscribe command. The client's lock is held, and it is connected.
func (s *Sub) ask() {
	r := &protocol.SubscribeRequest{
		Channel: s.channel, Token: s.o.Token, Data: s.o.Data, JoinLeave: s.o.JoinLeave, Positioned: s.o.Positioned, Recoverable: !s.o.NoRecovery,
	}
	if s.known && !s.o.NoRecovery {
		r.Recover, r.Epoch, r.Offset = true, s.at.Epoch, s.at.Offset
	}
	_ = s.c.send(&protocol.Command{Subscribe: r}, s.answered) // it is connected
}

func (s *Sub) answered(r *protocol.Reply, err error) {
	switch {
	case err != nil: // the client is asked again when it is back
	case r.Error != nil && r.Error.Temporary:
		time.AfterFunc(s.c.o.delay(1), s.askAgain)
	case r.Error != nil:
		s.ended(r.Error)
	default:
		s.began(r.Subscribe)
	}
}

func (s *Sub) askAgain() {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	if s.c.link != nil && !s.in && s.over == nil {
		s.ask()
	}
}

func (s *Sub) began(r *protocol.SubscribeResult) {
	c := s.c
	c.mu.Lock()
	s.in, s.known = true, true
	s.at = protocol.StreamPosition{Epoch: r.Epoch, Offset: r.Offset}
	for _, o := range s.ops {
		s.publish(o)
	}
	told := s.first
	s.first = nil
	c.mu.Unlock()
	if s.o.Began != nil {
		s.o.Began(r)
	}
	if s.o.Published != nil {
		for i := range r.Publications {
			s.o.Published(&r.Publications[i])
		}
	}
	if told != nil {
		told <- nil
	}
}

func (s *Sub) pushed(p *protocol.Push) {
	switch {
	case p.Pub != nil:
		if p.Pub.Offset > 0 {
			s.c.mu.Lock()
			s.at.Offset = p.Pub.Offset
			s.c.mu.Unlock()
		}
		if s.o.Published != nil {
			s.o.Published(p.Pub)
		}
	case p.Join != nil && s.o.Joined != nil:
		s.o.Joined(p.Join.Info)
	case p.Leave != nil && s.o.Left != nil:
		s.o.Left(p.Leave.Info)
	case p.Unsubscribe != nil && p.Unsubscribe.Resubscribes():
		s.c.mu.Lock()
		s.in = false
		s.c.mu.Unlock()
		s.askAgain()
	case p.Unsubscribe != nil:
		s.ended(&Unsubscribed{*p.Unsubscribe})
	}
}

// ended takes it out of the client.
func (s *Sub) ended(err error) {
	s.c.mu.Lock()
	delete(s.c.subs, s.channel)
	s.c.mu.Unlock()
	s.end(err)
}

func (s *Sub) end(err error) {
	s.c.mu.Lock()
	s.in, s.over = false, err
	ops, told := s.ops, s.first
	s.ops, s.first = nil, nil
	s.c.mu.Unlock()
	for _, o := range ops {
		o.done(ErrClosed)
	}
	if told != nil {
		told <- err
	}
	if s.o.Ended != nil {
		s.o.Ended(err)
	}
}

// Leave unsubscribes and waits for the answer. Operations that were not answered get ErrClosed.
func (s *Sub) Leave(ctx context.Context) error {
	_, err := s.c.Call(ctx, &protocol.Command{Unsubscribe: &protocol.UnsubscribeRequest{Channel: s.channel}})
	if err != nil && !errors.Is(err, ErrLost) {
		return err
	}
	s.ended(ErrClosed)
	return nil
}

// Position is the last place that it was shown.
func (s *Sub) Position() protocol.StreamPosition {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	return s.at
}
