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
	Look    bool   `json:"look,omitempty"` // tokens have been revoked
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
	var stops []func()
	for topic, fn := range map[string]func([]byte){controlTopic: s.order, askTopic: s.ask, answerTopic: s.heard} {
		stops = append(stops, s.d.Bus.Subscribe(topic, func(body []byte) {
			if body != nil {
				fn(body)
			}
		}))
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

func (s *Server) order(body []byte) {
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		s.d.Log.Warn("another node asked for something that cannot be read", slog.Any("error", err))
		return
	}
	if o.Look {
		select {
		case s.gathering.look <- struct{}{}:
		default: // it is about to
		}
		return
	}
	s.obey(o)
}

// freshFor is how long a connection may have been made with a token that is newer than a revocation which comes to be known only now.
const freshFor = 5000 // milliseconds

// Revoked ends the connections of a user on this node: their tokens are not good any more (3500). Those that were made just now are told
// to come back (3005), and their token decides.
func (s *Server) Revoked(user string) {
	now := s.now()
	for _, c := range s.sessionsOf(user) {
		if now-c.since < freshFor {
			c.disconnect(protocol.DisconnectExpired)
		} else {
			c.disconnect(protocol.DisconnectInvalidToken)
		}
	}
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
