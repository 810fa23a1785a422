package server

import (
	"encoding/json"
	"log/slog"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// controlTopic is where nodes ask each other to do something with their connections.
const controlTopic = "live.control"

// order is what is to be done with the connections of a user, or with one. It is done where they are.
type order struct {
	User    string `json:"user,omitempty"`
	Client  string `json:"client,omitempty"`
	Channel string `json:"channel,omitempty"` // to be left; empty: the connection ends
	Code    uint32 `json:"code"`
	Reason  string `json:"reason"`
}

// everywhere does it here, and has it done on all other nodes. The error says that they may not hear of it.
func (s *Server) everywhere(o order) (here int, err error) {
	here = s.obey(o)
	if s.d.Bus == nil || !s.d.Bus.Shared() {
		return here, nil
	}
	b, err := json.Marshal(o)
	if err != nil {
		return here, err
	}
	return here, s.d.Bus.Publish(controlTopic, b)
}

// listen hears what other nodes ask for, until the function that it gives is called. What this node asked for comes here too: it is
// done already, and done again it changes nothing.
func (s *Server) listen() (stop func()) {
	if s.d.Bus == nil || !s.d.Bus.Shared() {
		return func() {}
	}
	return s.d.Bus.Subscribe(controlTopic, func(body []byte) {
		if body == nil {
			return
		}
		var o order
		if err := json.Unmarshal(body, &o); err != nil {
			s.d.Log.Warn("another node asked for something that cannot be read", slog.Any("error", err))
			return
		}
		s.obey(o)
	})
}

// Revoked ends the connections of a user on this node (3500): their tokens are not good any more.
func (s *Server) Revoked(user string) {
	s.obey(order{User: user, Code: protocol.DisconnectInvalidToken.Code, Reason: protocol.DisconnectInvalidToken.Reason})
}

// obey does it with the connections that are here, and counts them.
func (s *Server) obey(o order) int {
	var all []*session
	if o.Client != "" {
		if c := s.byID(o.Client); c != nil && (o.User == "" || o.User == c.userID()) {
			all = append(all, c)
		}
	} else if o.User != "" {
		all = s.sessionsOf(o.User)
	}
	for _, c := range all {
		if o.Channel == "" {
			c.disconnect(protocol.Disconnect{Code: o.Code, Reason: o.Reason})
			continue
		}
		if c.leaveChannel(o.Channel) {
			c.pushUnsubscribe(o.Channel, protocol.Unsubscribe{Code: o.Code, Reason: o.Reason})
		}
	}
	return len(all)
}
