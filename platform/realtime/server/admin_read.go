package server

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// ConnectionsIn asks for connections.
type ConnectionsIn struct {
	User  string `query:"user" json:"user" maxLength:"256" doc:"only this user's"`
	After string `query:"after" json:"after" maxLength:"64" doc:"connections behind this id"`
	Limit int    `query:"limit" json:"limit" minimum:"1" maximum:"1000" default:"100"`
	All   bool   `query:"all" json:"-" doc:"of all nodes that answer within half a second, not only of this one"`
}

// Connections are connections by id.
type Connections struct {
	Connections []Connection `json:"connections"`
	Next        string       `json:"next,omitempty"` // to ask for as after; empty: that was all
}

// Connection is one connection.
type Connection struct {
	ID       string    `json:"id"`
	Node     string    `json:"node"`
	User     string    `json:"user,omitempty"`
	Name     string    `json:"name,omitempty"` // of the program, as it says itself
	Address  string    `json:"address"`
	Since    time.Time `json:"since"`
	Channels []string  `json:"channels"`
	Queued   int       `json:"queued"`  // bytes that wait for it
	Pending  int       `json:"pending"` // operations that wait for their acknowledgement
}

func (a *admin) connections(ctx context.Context, in *ConnectionsIn) (*Connections, error) {
	out := a.connectionsHere(in)
	if !in.All {
		return out, nil
	}
	others, err := gatherAs[Connections](ctx, a.s, askConnections, in)
	if err != nil {
		return nil, err
	}
	pages, nexts := [][]Connection{out.Connections}, []string{out.Next}
	for _, o := range others {
		pages, nexts = append(pages, o.Connections), append(nexts, o.Next)
	}
	out.Connections, out.Next = merge(pages, nexts, func(c *Connection) string { return c.ID }, in.Limit)
	return out, nil
}

func (a *admin) connectionsHere(in *ConnectionsIn) *Connections {
	var all []*session
	if in.User != "" {
		all = a.s.sessionsOf(in.User)
	} else {
		all = a.s.sessions()
	}
	all = slices.DeleteFunc(all, func(c *session) bool { return c.client.ID <= in.After })
	slices.SortFunc(all, func(x, y *session) int { return cmp.Compare(x.client.ID, y.client.ID) })
	out := &Connections{Connections: make([]Connection, 0, min(in.Limit, len(all)))}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Next = all[in.Limit-1].client.ID
	}
	for _, c := range all {
		out.Connections = append(out.Connections, c.describe())
	}
	return out
}

func (c *session) describe() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := Connection{
		ID: c.client.ID, Node: c.s.d.Node, Address: c.client.Addr.String(), Since: time.UnixMilli(c.since).UTC(),
		Channels: make([]string, len(c.subs)), Queued: c.conn.Queued(), Pending: int(c.pending),
	}
	if c.state != opened {
		d.User, d.Name = c.client.Caller.ID, c.client.Name
	}
	for i := range c.subs {
		d.Channels[i] = c.subs[i].m.Channel()
	}
	slices.Sort(d.Channels)
	return d
}

// ChannelsIn asks for open channels.
type ChannelsIn struct {
	Prefix string `query:"prefix" json:"prefix" maxLength:"140" doc:"only those whose names begin with this"`
	After  string `query:"after" json:"after" maxLength:"140" doc:"channels behind this name"`
	Limit  int    `query:"limit" json:"limit" minimum:"1" maximum:"1000" default:"100"`
	All    bool   `query:"all" json:"-" doc:"of all nodes that answer within half a second, not only of this one"`
}

// OpenChannels are open channels by name.
type OpenChannels struct {
	Channels []OpenChannel `json:"channels"`
	Next     string        `json:"next,omitempty"` // to ask for as after; empty: that was all
}

// OpenChannel is one channel that is open on one node, or on Nodes of them.
type OpenChannel struct {
	Name    string `json:"name"`
	Epoch   string `json:"epoch"`
	Offset  uint64 `json:"offset"`  // of the last entry that they have
	Members int    `json:"members"` // of all of them
	Waiting int    `json:"waiting"` // operations that wait for their commit
	Nodes   int    `json:"nodes"`
}

func (a *admin) channels(ctx context.Context, in *ChannelsIn) (*OpenChannels, error) {
	out := a.channelsHere(in)
	if !in.All {
		return out, nil
	}
	others, err := gatherAs[OpenChannels](ctx, a.s, askChannels, in)
	if err != nil {
		return nil, err
	}
	pages, nexts := [][]OpenChannel{out.Channels}, []string{out.Next}
	for _, o := range others {
		pages, nexts = append(pages, o.Channels), append(nexts, o.Next)
	}
	all, next := merge(pages, nexts, func(c *OpenChannel) string { return c.Name }, len(pages)*in.Limit)
	out.Channels, out.Next = sum(all, next, in.Limit)
	return out, nil
}

// sum makes one of what the nodes say of the same channel.
func sum(all []OpenChannel, next string, limit int) ([]OpenChannel, string) {
	some := make([]OpenChannel, 0, limit)
	for _, c := range all {
		last := len(some) - 1
		if last >= 0 && some[last].Name == c.Name {
			one := &some[last]
			if c.Offset > one.Offset {
				one.Epoch, one.Offset = c.Epoch, c.Offset
			}
			one.Members, one.Waiting, one.Nodes = one.Members+c.Members, one.Waiting+c.Waiting, one.Nodes+c.Nodes
			continue
		}
		if len(some) == limit {
			return some, some[last].Name
		}
		some = append(some, c)
	}
	return some, next
}

func (a *admin) channelsHere(in *ChannelsIn) *OpenChannels {
	var all []hub.Open
	for _, h := range a.s.d.Hubs {
		all = append(all, h.Channels(in.Prefix, in.After, in.Limit+1)...)
	}
	slices.SortFunc(all, func(x, y hub.Open) int { return strings.Compare(x.Channel, y.Channel) })
	out := &OpenChannels{Channels: make([]OpenChannel, 0, min(in.Limit, len(all)))}
	if len(all) > in.Limit {
		all = all[:in.Limit]
		out.Next = all[in.Limit-1].Channel
	}
	for _, c := range all {
		out.Channels = append(out.Channels, OpenChannel{
			Name: c.Channel, Epoch: c.Epoch, Offset: c.Offset, Members: c.Members, Waiting: c.Waiting, Nodes: 1,
		})
	}
	return out
}

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

// InfoIn asks how much is live.
type InfoIn struct {
	All bool `query:"all" doc:"on all nodes that answer within half a second, not only on this one"`
}

// InfoOut is how much is live, by node; this one is the first.
type InfoOut struct {
	Nodes []Info `json:"nodes"`
}

// Info is how much is live on one node.
type Info struct {
	Node          string `json:"node"`
	Connections   int    `json:"connections"`
	Users         int    `json:"users"`
	Subscriptions int    `json:"subscriptions"`
	Blocked       int64  `json:"blocked"`      // connections that do not take what is sent, just now
	Queued        int64  `json:"queued_bytes"` // that wait for all of them
	Draining      bool   `json:"draining"`
	Rates         rates  `json:"rates"` // of the last second
}

func (a *admin) info(ctx context.Context, in *InfoIn) (*InfoOut, error) {
	out := &InfoOut{Nodes: []Info{a.infoHere()}}
	if !in.All {
		return out, nil
	}
	others, err := gatherAs[Info](ctx, a.s, askInfo, struct{}{})
	if err != nil {
		return nil, err
	}
	out.Nodes = append(out.Nodes, others...)
	return out, nil
}

func (a *admin) infoHere() Info {
	s := a.s
	at := s.sockets.Stats()
	out := Info{Node: s.d.Node, Blocked: at.Blocked, Queued: at.Queued, Draining: s.draining.Load()}
	if r := s.rates.Load(); r != nil {
		out.Rates = *r
	}
	s.each(func(c *session) {
		out.Connections++
		c.mu.Lock()
		out.Subscriptions += len(c.subs)
		c.mu.Unlock()
	})
	for i := range s.users {
		u := &s.users[i]
		u.mu.Lock()
		out.Users += len(u.byID)
		u.mu.Unlock()
	}
	return out
}

// What nodes ask each other for.
const (
	askConnections = "connections"
	askChannels    = "channels"
	askInfo        = "info"
)

var errQuestion = fault.New(fault.Malformed, "live.question", "Another node asks for something that this one does not know.")

// here answers another node. fewer is the question for a shorter answer, where there is one.
func (a *admin) here(q question) (out any, fewer json.RawMessage, err error) {
	switch q.What {
	case askInfo:
		return a.infoHere(), nil, nil
	case askConnections:
		var in ConnectionsIn
		if err := json.Unmarshal(q.Query, &in); err != nil {
			return nil, nil, err
		}
		out = a.connectionsHere(&in)
		in.Limit /= 2
		fewer, err = shorter(in, in.Limit)
	case askChannels:
		var in ChannelsIn
		if err := json.Unmarshal(q.Query, &in); err != nil {
			return nil, nil, err
		}
		out = a.channelsHere(&in)
		in.Limit /= 2
		fewer, err = shorter(in, in.Limit)
	default:
		err = errQuestion
	}
	return out, fewer, err
}

func shorter(in any, limit int) (json.RawMessage, error) {
	if limit == 0 {
		return nil, nil
	}
	return json.Marshal(in)
}
