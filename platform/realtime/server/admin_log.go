package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// PresenceIn asks who is in a channel.
type PresenceIn struct {
	Channel string `query:"channel" minLength:"3" maxLength:"140"`
	After   string `query:"after" maxLength:"64" doc:"who comes behind this connection's id"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// PresenceOut is who is in a channel, by connection.
type PresenceOut struct {
	Clients  int             `json:"clients"` // of all nodes
	Users    int             `json:"users"`
	Presence []presentAnswer `json:"presence"`
	Next     string          `json:"next,omitempty"` // to ask for as after; empty: that was all
}

func (a *admin) presence(ctx context.Context, in *PresenceIn) (*PresenceOut, error) {
	h := a.s.hub(in.Channel)
	if h == nil {
		return nil, hub.ErrUnknownChannel
	}
	n, err := h.Stats(ctx, in.Channel)
	if err != nil {
		return nil, err
	}
	all, err := h.Presence(ctx, in.Channel, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	page := presencePage(all, in.Limit)
	return &PresenceOut{Clients: n.Clients, Users: n.Users, Presence: page.Presence, Next: page.Next}, nil
}

// HistoryIn asks for a part of a channel's log.
type HistoryIn struct {
	Channel string `query:"channel" minLength:"3" maxLength:"140"`
	Limit   int    `query:"limit" minimum:"0" maximum:"1000" default:"100" doc:"0: only the position"`
	Epoch   string `query:"epoch" maxLength:"64" doc:"with offset: entries behind this position, or before it"`
	Offset  uint64 `query:"offset"`
	Reverse bool   `query:"reverse" doc:"the newest first"`
}

// HistoryOut is a part of a log, and where the log is.
type HistoryOut struct {
	Epoch   string         `json:"epoch"`
	Offset  uint64         `json:"offset"`
	Entries []HistoryEntry `json:"entries"`
}

// HistoryEntry is one entry of a log.
type HistoryEntry struct {
	Offset uint64          `json:"offset"`
	Op     string          `json:"op,omitempty"`
	Client string          `json:"client,omitempty"`
	User   string          `json:"user,omitempty"`
	At     time.Time       `json:"at"`
	Data   json.RawMessage `json:"data"`
}

func (a *admin) history(ctx context.Context, in *HistoryIn) (*HistoryOut, error) {
	h := a.s.hub(in.Channel)
	if h == nil {
		return nil, hub.ErrUnknownChannel
	}
	var since *realtime.Position
	if in.Epoch != "" {
		since = &realtime.Position{Epoch: in.Epoch, Offset: in.Offset}
	}
	entries, at, err := h.History(ctx, in.Channel, since, in.Limit, in.Reverse)
	if err != nil {
		return nil, err
	}
	out := &HistoryOut{Epoch: at.Epoch, Offset: at.Offset, Entries: make([]HistoryEntry, len(entries))}
	for i, e := range entries {
		out.Entries[i] = HistoryEntry{
			Offset: e.Offset, Client: e.Client, User: e.User, At: time.UnixMilli(e.At).UTC(), Data: e.Data,
		}
		if e.Op != (realtime.Op{}) {
			out.Entries[i].Op = e.Op.String()
		}
	}
	return out, nil
}
