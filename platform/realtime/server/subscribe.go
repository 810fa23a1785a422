package server

import (
	"bytes"
	"context"
	"time"

	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func (c *session) subscribe(id uint32, req *protocol.SubscribeRequest) error {
	if err := c.maySubscribe(req); err != nil {
		return c.refuse(mSubscribe, id, err)
	}
	ctx, cancel := c.limited()
	defer cancel()
	err := c.join(ctx, req, false, func(j hub.Joined) {
		r := c.result(req, j)
		c.send(&protocol.Reply{ID: id, Subscribe: &r})
	})
	if err != nil {
		return c.refuse(mSubscribe, id, err)
	}
	c.s.m.command(mSubscribe, false)
	return nil
}

func (c *session) maySubscribe(req *protocol.SubscribeRequest) error {
	if req.Type != 0 || req.Filtered {
		return errKind
	}
	c.mu.Lock()
	i, n := c.find(req.Channel), len(c.subs)
	again := i >= 0 && c.subs[i].lost && !c.subs[i].server
	c.mu.Unlock()
	switch {
	case again: // it was told to, or is about to be
		c.leaveChannel(req.Channel)
		return nil
	case i >= 0:
		return errSubscribed
	case n >= c.s.cfg.Subscriptions:
		return errSubscriptions
	}
	return nil
}

// join gets the session into a channel. reply is called before anything is delivered.
func (c *session) join(ctx context.Context, req *protocol.SubscribeRequest, byServer bool, reply func(hub.Joined)) error {
	h := c.s.hub(req.Channel)
	if h == nil {
		return hub.ErrUnknownChannel
	}
	if k, ok := h.Kind(req.Channel); ok && !k.Anonymous && c.client.Caller.Access == identity.Public {
		return errAnonymous
	}
	j := hub.Join{
		Subscribe: realtime.Subscribe{Channel: req.Channel, Token: req.Token, Data: bytes.Clone(req.Data)},
		Recover:   req.Recover, Since: realtime.Position{Epoch: req.Epoch, Offset: req.Offset}, JoinLeave: req.JoinLeave,
	}
	refused := false
	m, err := h.Join(ctx, c, j, func(joined hub.Joined) {
		if refused = req.Recover && !joined.Recovered && req.Flag&protocol.FlagRejectUnrecovered != 0; refused {
			return
		}
		c.mu.Lock()
		c.subs = append(c.subs, subscription{m: joined.Membership, expires: millis(joined.Grant.Expires), server: byServer})
		c.redue()
		c.mu.Unlock()
		c.s.m.subscriptions.Inc()
		reply(joined)
	})
	if err == nil && refused {
		m.Leave()
		return hub.ErrUnrecoverable
	}
	return err
}

// result is what a client is told of its subscription.
func (c *session) result(req *protocol.SubscribeRequest, j hub.Joined) protocol.SubscribeResult {
	r := protocol.SubscribeResult{
		Recoverable: true, Positioned: true, Epoch: j.Epoch, Offset: j.Offset, Data: j.Snapshot,
		WasRecovering: req.Recover, Recovered: req.Recover && j.Recovered, Publications: publications(j.Entries),
	}
	r.Expires, r.TTL = ttl(j.Grant.Expires, c.s.wall())
	return r
}

func publications(entries []realtime.Entry) []protocol.Publication {
	if len(entries) == 0 {
		return nil
	}
	all := make([]protocol.Publication, len(entries))
	infos := make([]protocol.ClientInfo, len(entries))
	for i := range entries {
		e := &entries[i]
		all[i] = protocol.Publication{Data: e.Data, Offset: e.Offset, Time: e.At}
		if e.Client != "" {
			infos[i] = protocol.ClientInfo{User: e.User, Client: e.Client}
			all[i].Info = &infos[i]
		}
	}
	return all
}

func (c *session) unsubscribe(req *protocol.UnsubscribeRequest) (*protocol.UnsubscribeResult, error) {
	c.leaveChannel(req.Channel)
	return &protocol.UnsubscribeResult{}, nil
}

// leaveChannel ends a subscription, if there is one.
func (c *session) leaveChannel(channel string) bool {
	sub, ok := c.take(channel)
	if ok {
		sub.m.Leave()
	}
	return ok
}

// subRefresh takes a new token for a subscription.
func (c *session) subRefresh(req *protocol.SubRefreshRequest) (*protocol.SubRefreshResult, error) {
	if req.Type != 0 {
		return nil, errKind
	}
	m, err := c.membership(req.Channel)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.limited()
	defer cancel()
	grant, err := m.Renew(ctx, req.Token)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if i := c.at(m); i >= 0 {
		c.subs[i].expires = millis(grant.Expires)
		c.redue()
	}
	c.mu.Unlock()
	r := &protocol.SubRefreshResult{}
	r.Expires, r.TTL = ttl(grant.Expires, c.s.wall())
	return r, nil
}

// publish hands an operation to its channel and goes on: the reply comes when it is durable.
func (c *session) publish(id uint32, req *protocol.PublishRequest) error {
	if req.Type != 0 {
		return c.refuse(mPublish, id, errKind)
	}
	c.mu.Lock()
	i := c.find(req.Channel)
	var m *hub.Membership
	if i >= 0 {
		m = c.subs[i].m
	}
	full := c.pending >= int32(c.s.cfg.Pending)
	if m != nil && !full {
		c.pending++
	}
	c.mu.Unlock()
	switch {
	case m == nil:
		return c.refuse(mPublish, id, errNotSubscribed)
	case full:
		return c.refuse(mPublish, id, errPending)
	}
	began := c.s.d.Now()
	m.Publish(c.s.work, req.Data, func(err error) { c.published(id, began, err) })
	return nil
}

// published answers a publish. It may be called under the channel's lock.
func (c *session) published(id uint32, began time.Time, err error) {
	if err != nil {
		_ = c.refuse(mPublish, id, err) // never a disconnect
	} else {
		c.s.m.command(mPublish, false)
		c.s.m.ack.Observe(c.s.d.Now().Sub(began).Seconds())
		c.send(&protocol.Reply{ID: id, Publish: &protocol.PublishResult{}})
	}
	c.conn.Flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending--
	if c.state == leaving && c.pending == 0 {
		c.end(protocol.Disconnect{Code: c.told, Reason: protocol.DisconnectShutdown.Reason})
	}
}
