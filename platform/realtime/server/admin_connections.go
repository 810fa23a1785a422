package server

import (
	"cmp"
	"context"
	"slices"
	"time"
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
		ID: c.client.ID, Node: c.s.d.Node, Address: c.client.Addr.String(), Since: time.UnixMilli(c.s.wall() - c.s.now() + c.since).UTC(),
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
