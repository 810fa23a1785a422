package allocation

import (
	"context"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

// SourcesIn asks for all sources.
type SourcesIn struct{}

// SourcesOut says how each source is doing.
type SourcesOut struct {
	Sources []SourceReport `json:"sources"`
}

func (l *Lane) sourceRoutes() []lane.Route {
	return []lane.Route{{
		Pattern: "GET /v1/allocation/sources", Effect: lane.Read, Class: admit.Normal, Access: identity.Admin,
		Summary: "How the old databases are doing that things come from",
		Handler: lane.JSON(func(context.Context, *SourcesIn) (*SourcesOut, error) { return &SourcesOut{Sources: l.Sources()}, nil }),
	}}
}
