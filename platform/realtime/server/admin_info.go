package server

import (
	"context"
)

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
