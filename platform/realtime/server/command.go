package server

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// command does one command. An error ends the connection: a protocol.Disconnect says with what.
func (c *session) command(cmd *protocol.Command) error {
	if cmd.Pong() {
		return c.pong()
	}
	of, ok := methodOf(cmd)
	if !ok || cmd.ID == 0 && of != mSend {
		return protocol.DisconnectBadRequest
	}
	c.mu.Lock()
	now, at := c.s.now(), c.state
	allowed := c.bucket.take(now, c.s.cfg.Rate, c.s.cfg.Burst)
	bearable := allowed || c.over.take(now, c.s.cfg.Rate, c.s.cfg.Burst)
	c.mu.Unlock()
	switch {
	case at == closed:
		return errOver
	case at == leaving: // it is told to come back, and asks again there
		return nil
	case (at == opened) != (of == mConnect):
		return protocol.DisconnectBadRequest
	case !bearable: // it does not mind what it is told
		return protocol.DisconnectTooManyRequests
	case !allowed || !c.userAllows(now):
		return c.refuse(of, cmd.ID, errRate)
	}
	if of == mConnect {
		return c.connect(cmd.ID, cmd.Connect)
	}
	if of != mPublish && !c.takes() {
		return protocol.DisconnectSlow
	}
	return c.do(of, cmd)
}

// takes waits until the client has taken most of what it was answered before: who asks much and reads little is not heard meanwhile.
// false: it does not take it.
func (c *session) takes() bool {
	if c.conn.Queued() < c.s.cfg.Queue/2 {
		return true
	}
	ctx, cancel := context.WithTimeout(c.s.work, c.s.cfg.SlowGrace)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for c.conn.Queued() >= c.s.cfg.Queue/2 {
		select {
		case <-again.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// do is command for a connected client.
func (c *session) do(of method, cmd *protocol.Command) error {
	var (
		reply = protocol.Reply{ID: cmd.ID}
		err   error
	)
	switch of {
	case mPublish:
		return c.publish(cmd.ID, cmd.Publish)
	case mSubscribe:
		return c.subscribe(cmd.ID, cmd.Subscribe)
	case mUnsubscribe:
		reply.Unsubscribe, err = c.unsubscribe(cmd.Unsubscribe)
	case mPresence:
		reply.Presence, err = c.presence(cmd.Presence)
	case mPresenceStats:
		reply.PresenceStats, err = c.presenceStats(cmd.PresenceStats)
	case mHistory:
		reply.History, err = c.history(cmd.History)
	case mRPC:
		reply.RPC, err = c.rpc(cmd.RPC)
	case mRefresh:
		reply.Refresh, err = c.refresh(cmd.Refresh)
	case mSubRefresh:
		reply.SubRefresh, err = c.subRefresh(cmd.SubRefresh)
	case mPing:
		reply.Ping = &protocol.PingResult{}
	case mSend: // nobody listens to these yet
		c.s.m.command(of, false)
		return nil
	}
	if err != nil {
		return c.refuse(of, cmd.ID, err)
	}
	c.s.m.command(of, false)
	c.send(&reply)
	return nil
}

// refuse answers a command with its error. A disconnect is none, and goes on.
func (c *session) refuse(of method, id uint32, err error) error {
	if why, ok := err.(protocol.Disconnect); ok { //nolint:errorlint // made here, never wrapped
		return why
	}
	c.s.m.command(of, true)
	if id == 0 {
		return nil
	}
	c.logFailure(of, err)
	c.send(&protocol.Reply{ID: id, Error: told(err)})
	return nil
}

// limited is the context of a command that may wait.
func (c *session) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.s.work, c.s.cfg.CommandTimeout)
}

// userAllows takes from what all connections of the user may ask.
func (c *session) userAllows(now int64) bool {
	if c.user == nil {
		return true
	}
	c.user.mu.Lock()
	defer c.user.mu.Unlock()
	return c.user.bucket.take(now, c.s.cfg.UserRate, c.s.cfg.UserBurst)
}

func methodOf(cmd *protocol.Command) (method, bool) {
	switch {
	case cmd.Publish != nil:
		return mPublish, true
	case cmd.Subscribe != nil:
		return mSubscribe, true
	case cmd.Unsubscribe != nil:
		return mUnsubscribe, true
	case cmd.Connect != nil:
		return mConnect, true
	case cmd.Presence != nil:
		return mPresence, true
	case cmd.PresenceStats != nil:
		return mPresenceStats, true
	case cmd.History != nil:
		return mHistory, true
	case cmd.RPC != nil:
		return mRPC, true
	case cmd.Send != nil:
		return mSend, true
	case cmd.Refresh != nil:
		return mRefresh, true
	case cmd.SubRefresh != nil:
		return mSubRefresh, true
	case cmd.Ping != nil:
		return mPing, true
	}
	return 0, false
}
