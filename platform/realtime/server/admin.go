package server

import (
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// Route is one endpoint of the HTTP API, for whoever has routes.
type Route struct {
	Pattern string
	Summary string
	Access  identity.Access
	Write   bool
	Handler httpio.Handler
}

// Admin is the HTTP API of live connections, for the app's backend and for operators. What is done is done on all nodes that hear of it.
// Connections, channels and info are this node's, or with all=true those of all nodes that answer within half a second; presence and
// history are the same on all.
func (s *Server) Admin() []Route {
	a := &admin{s}
	const at = "/_hotlane/live/"
	post := func(name, summary string, h httpio.Handler) Route {
		return Route{Pattern: "POST " + at + name, Summary: summary, Access: identity.Service, Write: true, Handler: h}
	}
	get := func(name, summary string, h httpio.Handler) Route {
		return Route{Pattern: "GET " + at + name, Summary: summary, Access: identity.Service, Handler: h}
	}
	return []Route{
		post("publish", "Publish into a live channel; answered when it is durable.", httpio.JSON(a.publish)),
		post("broadcast", "Publish the same into many live channels.", httpio.JSON(a.broadcast)),
		post("unsubscribe", "Take a user's connections, or one connection, out of a live channel, on all nodes.", httpio.JSON(a.unsubscribe)),
		post("disconnect", "End a user's live connections, or one, on all nodes.", httpio.JSON(a.disconnect)),
		post("revoke", "End a user's live connections on all nodes and refuse the tokens that they were made with.", httpio.JSON(a.revoke)),
		get("connections", "The live connections of this node, or with all=true of all.", httpio.JSON(a.connections)),
		get("channels", "The live channels that are open on this node, or with all=true on any.", httpio.JSON(a.channels)),
		get("presence", "Who is in a live channel, on all nodes.", httpio.JSON(a.presence)),
		get("history", "What the log of a live channel holds.", httpio.JSON(a.history)),
		get("info", "How much is live on this node, or with all=true on each.", httpio.JSON(a.info)),
	}
}

type admin struct{ s *Server }
