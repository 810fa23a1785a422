package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// PublishIn is a message into one channel.
type PublishIn struct {
	Channel string          `json:"channel" minLength:"3" maxLength:"140"`
	Data    json.RawMessage `json:"data" doc:"a JSON object"`
	Op      string          `json:"op,omitempty" maxLength:"80" doc:"name of the operation, \"<instance>:<counter>\": sent again, it is published once; empty: data.op, or none"`
	User    string          `json:"user,omitempty" maxLength:"256" doc:"on whose behalf; empty: the backend's own"`
}

// Published is where a channel's log is, at the message or behind it.
type Published struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
}

func (a *admin) publish(ctx context.Context, in *PublishIn) (*Published, error) {
	h := a.s.hub(in.Channel)
	if h == nil {
		return nil, hub.ErrUnknownChannel
	}
	op, err := opOf(in.Op, in.Data)
	if err != nil {
		return nil, err
	}
	at, err := h.Publish(ctx, in.Channel, realtime.Writer{User: in.User}, op, in.Data)
	if err != nil {
		return nil, err
	}
	return &Published{Epoch: at.Epoch, Offset: at.Offset}, nil
}

// opOf is the operation's name: the one given, or that in the data, or none.
func opOf(given string, data []byte) (realtime.Op, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return realtime.Op{}, hub.ErrData
	}
	if given == "" {
		var named struct {
			Op string `json:"op"`
		}
		if err := json.Unmarshal(data, &named); err != nil {
			return realtime.Op{}, hub.ErrData.Because(err)
		}
		given = named.Op
	}
	if given == "" {
		return realtime.Op{}, nil
	}
	return realtime.ParseOp(given)
}

// BroadcastIn is a message into many channels.
type BroadcastIn struct {
	Channels []string        `json:"channels" minItems:"1" maxItems:"1000"`
	Data     json.RawMessage `json:"data" doc:"a JSON object"`
	Op       string          `json:"op,omitempty" maxLength:"80" doc:"name of the operation in each channel"`
}

// BroadcastOut says what became of it in each channel, in their order.
type BroadcastOut struct {
	Results []BroadcastResult `json:"results"`
}

// BroadcastResult is what became of a message in one channel: published, or the error's code and text.
type BroadcastResult struct {
	Channel   string     `json:"channel"`
	Published *Published `json:"published,omitempty"`
	Code      string     `json:"code,omitempty"`
	Error     string     `json:"error,omitempty"`
}

// broadcastAtOnce is how many channels of one broadcast wait for their commits at one time.
const broadcastAtOnce = 32

func (a *admin) broadcast(ctx context.Context, in *BroadcastIn) (*BroadcastOut, error) {
	out := &BroadcastOut{Results: make([]BroadcastResult, len(in.Channels))}
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(broadcastAtOnce, len(in.Channels)) {
		workers.Go(func() {
			for i := range next {
				out.Results[i] = a.one(ctx, in, in.Channels[i])
			}
		})
	}
	for i := range in.Channels {
		next <- i
	}
	close(next)
	workers.Wait()
	return out, nil
}

func (a *admin) one(ctx context.Context, in *BroadcastIn, channel string) BroadcastResult {
	at, err := a.publish(ctx, &PublishIn{Channel: channel, Data: in.Data, Op: in.Op})
	if err != nil {
		f := fault.From(err)
		return BroadcastResult{Channel: channel, Code: f.Code, Error: f.Text}
	}
	return BroadcastResult{Channel: channel, Published: at}
}

// WhoIn names a user's connections, or one.
type WhoIn struct {
	User   string `json:"user,omitempty" maxLength:"256" doc:"all connections of this user"`
	Client string `json:"client,omitempty" maxLength:"64" doc:"the connection with this id"`
}

var errWho = fault.New(fault.Invalid, "live.who", "Whose connections?").With(fault.Field{Pointer: "/user", Rule: "or client must be given"})

func (w *WhoIn) check() error {
	if w.User == "" && w.Client == "" {
		return errWho
	}
	return nil
}

// UnsubscribeIn takes connections out of a channel.
type UnsubscribeIn struct {
	WhoIn
	Channel string `json:"channel" minLength:"3" maxLength:"140"`
}

// Done says how many connections of this node it was done to. On the others it is on its way.
type Done struct {
	Here int `json:"here"`
}

func (a *admin) unsubscribe(_ context.Context, in *UnsubscribeIn) (*Done, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return a.done(order{
		User: in.User, Client: in.Client, Channel: in.Channel,
		Code: protocol.UnsubscribeServer.Code, Reason: protocol.UnsubscribeServer.Reason,
	})
}

// DisconnectIn ends connections.
type DisconnectIn struct {
	WhoIn
	Code   uint32 `json:"code,omitempty" minimum:"0" maximum:"4999" doc:"what clients are told: 3000 to 3499 and 4000 to 4499 let them come back, 3500 to 3999 and 4500 to 4999 do not; 0: 3503"`
	Reason string `json:"reason,omitempty" maxLength:"32"`
}

var errCode = fault.New(fault.Invalid, "live.code", "The code cannot be used.").With(fault.Field{Pointer: "/code", Rule: "must be 0 or from 3000 to 4999"})

func (a *admin) disconnect(_ context.Context, in *DisconnectIn) (*Done, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	why := protocol.DisconnectForceNoReconnect
	if in.Code != 0 {
		why = protocol.Disconnect{Code: in.Code, Reason: in.Reason}
	}
	if why.Code < 3000 || why.Code > 4999 {
		return nil, errCode
	}
	return a.done(order{User: in.User, Client: in.Client, Code: why.Code, Reason: why.Reason})
}

func (a *admin) done(o order) (*Done, error) {
	here, err := a.s.everywhere(o)
	if err != nil {
		return nil, fmt.Errorf("done here, but other nodes may not hear of it: %w", err)
	}
	return &Done{here}, nil
}

// RevokeIn names the user whose tokens are revoked.
type RevokeIn struct {
	User string `json:"user" minLength:"1" maxLength:"256"`
}

func (a *admin) revoke(ctx context.Context, in *RevokeIn) (*Done, error) {
	if a.s.d.Revoke == nil {
		return a.done(order{User: in.User, Code: protocol.DisconnectInvalidToken.Code, Reason: protocol.DisconnectInvalidToken.Reason})
	}
	here := len(a.s.sessionsOf(in.User))
	if err := a.s.d.Revoke(ctx, in.User); err != nil {
		return nil, err
	}
	a.s.Revoked(in.User)
	if _, err := a.s.everywhere(order{Look: true}); err != nil { // they see it by themselves, a little later
		a.s.d.Log.Warn("other nodes were not told of a revocation", slog.Any("error", err))
	}
	return &Done{here}, nil
}
