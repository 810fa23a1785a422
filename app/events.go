package app

import (
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/outbox"
)

const eventsPath = "/_hotlane/events"

// events are the operators' endpoints of events between lanes.
func (s *server) events() []lane.Route {
	h := outbox.Handlers(s.lanes.Publishers)
	one := eventsPath + "/{lane}/{listener}/{id}"
	return []lane.Route{
		{Pattern: "GET " + eventsPath, Access: identity.Admin, Summary: "Events between lanes that were given up.", Handler: h.List},
		{Pattern: "POST " + one + "/retry", Effect: lane.Write, Access: identity.Admin, Summary: "Hand one that was given up over again.", Handler: h.Retry},
		{Pattern: "DELETE " + one, Effect: lane.Write, Access: identity.Admin, Summary: "Remove one that was given up.", Handler: h.Remove},
	}
}
