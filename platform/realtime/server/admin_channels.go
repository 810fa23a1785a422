package server

import (
	"context"
	"slices"
	"strings"

	"github.com/hotlane/hotlane/platform/realtime/hub"
)

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
