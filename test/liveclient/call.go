package liveclient

import (
	"context"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// take deals with one reply.
func (c *Client) take(r *protocol.Reply) {
	switch {
	case r.IsPing():
		if !c.o.MuteToPing {
			c.mu.Lock()
			if c.link != nil {
				_ = c.link.write(c.codec, &protocol.Command{}) // a lost connection is noticed by reading
			}
			c.mu.Unlock()
		}
	case r.Push != nil:
		c.pushed(r.Push)
	default:
		c.mu.Lock()
		answer := c.pending[r.ID]
		delete(c.pending, r.ID)
		c.mu.Unlock()
		if answer != nil {
			answer(r, nil)
		}
	}
}

func (c *Client) pushed(p *protocol.Push) {
	if c.o.Pushs != nil {
		c.o.Pushs(p)
	}
	c.mu.Lock()
	s := c.subs[p.Channel]
	c.mu.Unlock()
	if s != nil {
		s.pushed(p)
	}
}

// send sends a command; answer is told its reply, or ErrLost. c.mu is held.
func (c *Client) send(cmd *protocol.Command, answer func(*protocol.Reply, error)) error {
	if c.link == nil {
		return ErrLost
	}
	c.last++
	cmd.ID = c.last
	c.pending[cmd.ID] = answer
	_ = c.link.write(c.codec, cmd) // a lost connection is noticed by reading; then all that is pending is told
	return nil
}

// Call sends a command and waits for its reply. It must not be called from a handler. An error of the server is a [*protocol.Error].
func (c *Client) Call(ctx context.Context, cmd *protocol.Command) (*protocol.Reply, error) {
	type outcome struct {
		reply *protocol.Reply
		err   error
	}
	got := make(chan outcome, 1)
	c.mu.Lock()
	err := c.send(cmd, func(r *protocol.Reply, err error) {
		if err == nil && r.Error != nil {
			err = r.Error
		}
		got <- outcome{r, err}
	})
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	select {
	case o := <-got:
		return o.reply, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// History asks for what a log holds.
func (c *Client) History(ctx context.Context, q protocol.HistoryRequest) (*protocol.HistoryResult, error) {
	r, err := c.Call(ctx, &protocol.Command{History: &q})
	if err != nil {
		return nil, err
	}
	return r.History, nil
}

// Presence asks who is in a channel.
func (c *Client) Presence(ctx context.Context, channel string) (*protocol.PresenceResult, error) {
	r, err := c.Call(ctx, &protocol.Command{Presence: &protocol.PresenceRequest{Channel: channel}})
	if err != nil {
		return nil, err
	}
	return r.Presence, nil
}

// RPC calls a method.
func (c *Client) RPC(ctx context.Context, method string, data []byte) ([]byte, error) {
	r, err := c.Call(ctx, &protocol.Command{RPC: &protocol.RPCRequest{Method: method, Data: data}})
	if err != nil {
		return nil, err
	}
	return r.RPC.Data, nil
}
