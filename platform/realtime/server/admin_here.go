package server

import (
	"encoding/json"

	"github.com/hotlane/hotlane/platform/fault"
)

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
