package server

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

const maxPresence = 1000 // who is told of at once; rpc hotlane.presence has the rest

func (c *session) presence(req *protocol.PresenceRequest) (*protocol.PresenceResult, error) {
	m, err := c.membership(req.Channel)
	if err != nil {
		return nil, err
	}
	in, err := m.Presence("", maxPresence)
	if err != nil {
		return nil, err
	}
	r := &protocol.PresenceResult{Presence: make([]protocol.ClientInfo, len(in))}
	for i, p := range in {
		r.Presence[i] = protocol.ClientInfo{User: p.User, Client: p.Client, ChanInfo: p.Info}
	}
	return r, nil
}

func (c *session) presenceStats(req *protocol.PresenceStatsRequest) (*protocol.PresenceStatsResult, error) {
	m, err := c.membership(req.Channel)
	if err != nil {
		return nil, err
	}
	n, err := m.Stats()
	if err != nil {
		return nil, err
	}
	return &protocol.PresenceStatsResult{NumClients: uint32(n.Clients), NumUsers: uint32(n.Users)}, nil
}

func (c *session) history(req *protocol.HistoryRequest) (*protocol.HistoryResult, error) {
	m, err := c.membership(req.Channel)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.limited()
	defer cancel()
	var since *realtime.Position
	if req.Since != nil {
		since = &realtime.Position{Epoch: req.Since.Epoch, Offset: req.Since.Offset}
	}
	entries, at, err := m.History(ctx, since, int(req.Limit), req.Reverse)
	if err != nil {
		return nil, err
	}
	return &protocol.HistoryResult{Publications: publications(entries), Epoch: at.Epoch, Offset: at.Offset}, nil
}

// rpc is a method that clients may call: what it answers is JSON.
type rpc func(ctx context.Context, c *session, data []byte) ([]byte, error)

func (c *session) rpc(req *protocol.RPCRequest) (*protocol.RPCResult, error) {
	fn := c.s.methods[req.Method]
	if fn == nil {
		return nil, errMethod
	}
	ctx, cancel := c.limited()
	defer cancel()
	data, err := fn(ctx, c, req.Data)
	if err != nil {
		return nil, err
	}
	return &protocol.RPCResult{Data: data}, nil
}

// timeAnswer is the server's clock.
type timeAnswer struct {
	Time int64 `json:"time"` // Unix milliseconds
}

// rpcTime is hotlane.time: {} → {"time"}, for clients that set their clock by it.
func rpcTime(_ context.Context, c *session, _ []byte) ([]byte, error) {
	return json.Marshal(timeAnswer{c.s.wall()})
}

type presenceQuestion struct {
	Channel string `json:"channel"`
	After   string `json:"after"`
	Limit   int    `json:"limit"`
}

type presentAnswer struct {
	Client string          `json:"client"`
	User   string          `json:"user,omitempty"`
	Info   json.RawMessage `json:"info,omitempty"`
}

type presenceAnswer struct {
	Presence []presentAnswer `json:"presence"`
	Next     string          `json:"next,omitempty"` // to ask for as after; empty: that was all
}

// rpcPresence is hotlane.presence: {"channel", "after", "limit"} → {"presence": [{"client", "user", "info"}], "next"}: who is in, page by
// page, by client id. limit is 1 to 1,000, and 100 where nothing is said.
func rpcPresence(_ context.Context, c *session, data []byte) ([]byte, error) {
	q := presenceQuestion{Limit: 100}
	if err := json.Unmarshal(data, &q); err != nil {
		return nil, errParams.Because(err)
	}
	if q.Limit < 1 || q.Limit > maxPresence {
		return nil, errParams.With(fault.Field{Pointer: "/limit", Rule: "must be from 1 to 1000"})
	}
	m, err := c.membership(q.Channel)
	if err != nil {
		return nil, err
	}
	in, err := m.Presence(q.After, q.Limit)
	if err != nil {
		return nil, err
	}
	return json.Marshal(presencePage(in, q.Limit))
}

func presencePage(in []hub.Present, limit int) presenceAnswer {
	a := presenceAnswer{Presence: make([]presentAnswer, len(in))}
	for i, p := range in {
		a.Presence[i] = presentAnswer{Client: p.Client, User: p.User, Info: p.Info}
	}
	if len(in) == limit {
		a.Next = in[limit-1].Client
	}
	return a
}

// logFailure logs what went wrong on our side, which the client is not told.
func (c *session) logFailure(of method, err error) {
	if f := fault.From(err); f.Kind != fault.Internal && f.Kind != fault.Timeout {
		return
	}
	c.s.d.Log.LogAttrs(c.s.work, slog.LevelError, "a live command failed", slog.String("method", methodNames[of]),
		slog.String("client", c.client.ID), slog.Any("error", err))
}
