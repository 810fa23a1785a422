package server

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

const maxName = 64 // bytes of a program's name

// connect finds out who is there. What it refuses may be asked again on the same connection, until its time to connect is over.
func (c *session) connect(id uint32, req *protocol.ConnectRequest) error {
	ctx, cancel := c.limited()
	defer cancel()
	who, until, err := c.s.caller(ctx, req.Token)
	if err != nil {
		return c.refuse(mConnect, id, err)
	}
	if !c.s.known(c, who) {
		return protocol.DisconnectConnectionLimit
	}
	if _, _, err := c.s.caller(ctx, req.Token); err != nil { // revoked before it was known here, where a revocation would find it
		return protocol.DisconnectInvalidToken
	}
	c.client.Caller, c.client.Name = who, programName(req.Name)
	subs, err := c.serverSide(ctx, req.Subs)
	if err != nil {
		return err
	}
	c.welcome(id, until, subs)
	return nil
}

// caller is who shows this token. A token that is wrong disconnects; one that has expired is told, so that the SDK gets another.
func (s *Server) caller(ctx context.Context, token string) (identity.Caller, time.Time, error) {
	if token == "" {
		if s.d.Anonymous {
			return identity.Caller{}, time.Time{}, nil
		}
		return identity.Caller{}, time.Time{}, protocol.DisconnectInvalidToken
	}
	if s.d.Token == nil {
		return identity.Caller{}, time.Time{}, protocol.DisconnectInvalidToken
	}
	who, until, err := s.d.Token(ctx, token)
	switch f := fault.From(err); {
	case err == nil:
		who.ID = strings.Clone(who.ID) // not a part of the token, which would stay with it
	case byCode[f.Code] == nil && (f.Kind == fault.Unauthorized || f.Kind == fault.Forbidden):
		err = protocol.DisconnectInvalidToken
	}
	return who, until, err
}

func programName(s string) string {
	if len(s) > maxName {
		s = s[:maxName]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
	}
	return strings.Clone(s)
}

// welcome answers connect; from then on the client may ask for more.
func (c *session) welcome(id uint32, until time.Time, subs []protocol.SubscribeResult) {
	now, wall := c.s.now(), c.s.wall()
	r := protocol.ConnectResult{
		Client: c.client.ID, Version: c.s.d.Version, Subs: subs, Ping: uint32(c.s.cfg.Ping / time.Second), Pong: true,
		Node: c.s.d.Node, Time: wall,
	}
	r.Expires, r.TTL = ttl(until, wall)
	b := c.s.writers.get()
	defer c.s.writers.put(b)
	*b = c.codec.Append((*b)[:0], &protocol.Reply{ID: id, Connect: &r})
	c.s.m.command(mConnect, false)
	c.s.m.sent.Add(int64(len(*b)))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == opened {
		c.state = connected
		c.expires = millis(until)
		c.pingAt = now + 1 + rand.Int64N(c.s.cfg.Ping.Milliseconds()) // not all at once
		c.redue()
	}
	if !c.release(*b) {
		c.end(protocol.DisconnectSlow)
	}
}

// serverSide joins the channels that the client is in without asking.
func (c *session) serverSide(ctx context.Context, had []protocol.SubscribeRequest) ([]protocol.SubscribeResult, error) {
	names := c.s.channelsOf(c.client.Caller)
	if len(names) == 0 {
		return nil, nil
	}
	c.hold()
	results := make([]protocol.SubscribeResult, 0, len(names))
	for _, name := range names {
		req := protocol.SubscribeRequest{Channel: name}
		if i := slices.IndexFunc(had, func(r protocol.SubscribeRequest) bool { return r.Channel == name }); i >= 0 {
			req.Recover, req.Epoch, req.Offset = had[i].Recover, had[i].Epoch, had[i].Offset
		}
		var r protocol.SubscribeResult
		err := c.join(ctx, &req, true, func(j hub.Joined) { r = c.result(&req, j) })
		if err != nil {
			c.logFailure(mConnect, err)
			if f := fault.From(err); f.Kind == fault.Unavailable || f.Kind == fault.Internal || f.Kind == fault.Timeout {
				return nil, protocol.DisconnectServerError // it comes back, and may be luckier
			}
			continue // the room says no: then it is not in
		}
		r.Channel = name
		results = append(results, r)
	}
	return results, nil
}

// channelsOf are the channels that a user is in without asking.
func (s *Server) channelsOf(who identity.Caller) []string {
	if who.ID == "" || who.Access != identity.User {
		return nil
	}
	var names []string
	for i := range s.cfg.Channels {
		if k := &s.cfg.Channels[i]; k.Auto && s.hub(k.Prefix+who.ID) != nil {
			names = append(names, k.Prefix+who.ID)
		}
	}
	if s.d.Subscriptions != nil {
		names = append(names, s.d.Subscriptions(who)...)
	}
	return names[:min(len(names), s.cfg.Subscriptions)]
}

// ttl is the protocol's word for a time: seconds until then, at least one.
func ttl(until time.Time, now int64) (expires bool, seconds uint32) {
	if until.IsZero() {
		return false, 0
	}
	left := (until.UnixMilli() - now + 999) / 1000
	return true, uint32(min(max(left, 1), 1<<31))
}

// millis is a time in Unix milliseconds; 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// refresh takes a new token of the same user.
func (c *session) refresh(req *protocol.RefreshRequest) (*protocol.RefreshResult, error) {
	ctx, cancel := c.limited()
	defer cancel()
	if req.Token == "" {
		return nil, protocol.DisconnectInvalidToken
	}
	who, until, err := c.s.caller(ctx, req.Token)
	if err != nil {
		return nil, err
	}
	if who != c.client.Caller {
		return nil, protocol.DisconnectInvalidToken
	}
	c.mu.Lock()
	c.expires = millis(until)
	c.redue()
	c.mu.Unlock()
	r := &protocol.RefreshResult{Client: c.client.ID, Version: c.s.d.Version}
	r.Expires, r.TTL = ttl(until, c.s.wall())
	return r, nil
}
