package server

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Plain makes channels of config: logs without a fold, which the app's backend pushes to. token checks a token of a subscription
// (access token): whose it is (empty: anybody's), for
// which channel and until when (zero: for ever); nil: none is right.
func Plain(kinds []ChannelConfig, token func(ctx context.Context, token string) (user, channel string, until time.Time, err error)) []realtime.Channel {
	all := make([]realtime.Channel, len(kinds))
	for i, k := range kinds {
		all[i] = realtime.Channel{
			Prefix: k.Prefix, Anonymous: k.Anonymous, Members: k.Members,
			Open: func(_ context.Context, _ *db.Tx, name string, _ []byte) (realtime.Room, error) {
				return plainRoom{kind: k, name: name, token: token}, nil
			},
		}
	}
	return all
}

type plainRoom struct {
	kind  ChannelConfig
	name  string
	token func(ctx context.Context, token string) (user, channel string, until time.Time, err error)
}

var (
	errNotYours  = fault.New(fault.Forbidden, "live.not_yours", "This channel is not yours.")
	errNeedsUser = fault.New(fault.Forbidden, "live.needs_user", "Only users may be in this channel.")
	errSubToken  = fault.New(fault.Forbidden, "live.token", "The token of the subscription is not one for this channel and user.")
)

// Allow decides by the kind's access.
func (r plainRoom) Allow(ctx context.Context, c realtime.Client, s realtime.Subscribe) (realtime.Grant, error) {
	g := realtime.Grant{Publish: r.kind.Publish == "members", Presence: r.kind.Presence, Join: r.kind.Presence}
	user := c.Caller.Access == identity.User
	switch r.kind.Access {
	case "owner":
		if !user || strings.TrimPrefix(r.name, r.kind.Prefix) != c.Caller.ID {
			return realtime.Grant{}, errNotYours
		}
	case "token":
		until, err := r.shown(ctx, c, s.Token)
		if err != nil {
			return realtime.Grant{}, err
		}
		g.Expires = until
	case "user":
		if !user {
			return realtime.Grant{}, errNeedsUser
		}
	default: // public
		if !user && !r.kind.Anonymous {
			return realtime.Grant{}, errNeedsUser
		}
	}
	return g, nil
}

func (r plainRoom) shown(ctx context.Context, c realtime.Client, text string) (time.Time, error) {
	if r.token == nil || text == "" {
		return time.Time{}, errSubToken
	}
	user, channel, until, err := r.token(ctx, text)
	if err != nil {
		return time.Time{}, err
	}
	if channel != r.name || user != "" && user != c.Caller.ID {
		return time.Time{}, errSubToken
	}
	return until, nil
}

// Decide lets every message be as it is.
func (r plainRoom) Decide(_ realtime.Writer, data []byte, _ time.Time) ([]byte, error) {
	if !json.Valid(data) {
		return nil, hub.ErrData
	}
	return data, nil
}

// Pass lets every message pass. Of one client's within a tick the last goes out; of the backend's all that differ.
func (r plainRoom) Pass(by realtime.Writer, data []byte, _ time.Time) (string, []byte, error) {
	if !json.Valid(data) {
		return "", nil, hub.ErrData
	}
	if by.Client != "" {
		return by.Client, data, nil
	}
	return string(data), data, nil
}

// Apply folds nothing: the log is all there is.
func (plainRoom) Apply(realtime.Entry) {}

// Snapshot is none.
func (plainRoom) Snapshot() []byte { return nil }

// Checkpoint is empty.
func (plainRoom) Checkpoint() []byte { return nil }
