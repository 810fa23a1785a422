package profiles

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

// adminRoutes are for the app's own services and for operators. Former versions are among them: they hold what people have since
// taken back.
func (l *Lane) adminRoutes() []lane.Route {
	route := func(pattern string, effect lane.Effect, access identity.Access, summary string, h lane.Handler) lane.Route {
		return lane.Route{Pattern: pattern, Effect: effect, Class: admit.Normal, Access: access, Limits: lane.Limits{Time: l.patience()}, Summary: summary, Handler: h}
	}
	var routes []lane.Route
	for _, p := range []struct{ path, words string }{
		{"/v1/profiles/{source}/{username}", "by username"}, {"/v1/profile-ids/{source}/{id}", "by id"},
	} {
		erase, refresh, history := lane.JSON(l.eraseByUsername), lane.JSON(l.refreshByUsername), lane.JSON(l.historyByUsername)
		if p.words == "by id" {
			erase, refresh, history = lane.JSON(l.eraseByID), lane.JSON(l.refreshByID), lane.JSON(l.historyByID)
		}
		routes = append(routes,
			route("DELETE "+p.path, lane.Write, identity.Service, "Erase a person, everywhere and for good, "+p.words, erase),
			route("POST "+p.path+"/refresh", lane.Write, identity.Service, "Ask the source for a profile now, "+p.words, refresh),
			route("GET "+p.path+"/history", lane.Read, identity.Service, "Former documents of a profile, "+p.words, history),
		)
	}
	return append(routes, route("GET /v1/profiles/sources", lane.Read, identity.Admin, "How each source is doing", lane.JSON(l.reports)))
}

// SourcesIn asks for all sources.
type SourcesIn struct{}

// SourcesOut says how each source is doing.
type SourcesOut struct {
	Sources []SourceReport `json:"sources"`
}

func (l *Lane) reports(ctx context.Context, _ *SourcesIn) (*SourcesOut, error) {
	list, err := l.Sources(ctx)
	return &SourcesOut{list}, err
}

type (
	// NameIn names a person by username.
	NameIn struct {
		Source   string `path:"source"`
		Username string `path:"username"`
	}
	// IDIn names a person by id.
	IDIn struct {
		Source string `path:"source"`
		ID     string `path:"id"`
	}
	// Erased says what an erasure found.
	Erased struct {
		Known bool `json:"known" doc:"there was a profile to remove; in any case nobody is fetched under that name or id again"`
	}
)

func (l *Lane) eraseByUsername(ctx context.Context, in *NameIn) (*Erased, error) {
	return l.erase(ctx, in.Source, byUsername, in.Username)
}

func (l *Lane) eraseByID(ctx context.Context, in *IDIn) (*Erased, error) {
	return l.erase(ctx, in.Source, byID, in.ID)
}

func (l *Lane) erase(ctx context.Context, source string, b by, name string) (*Erased, error) {
	known, err := l.Erase(ctx, source, b, name)
	return &Erased{known}, err
}

func (l *Lane) refreshByUsername(ctx context.Context, in *NameIn) (*Answer, error) {
	return l.refresh(ctx, in.Source, byUsername, in.Username)
}

func (l *Lane) refreshByID(ctx context.Context, in *IDIn) (*Answer, error) {
	return l.refresh(ctx, in.Source, byID, in.ID)
}

func (l *Lane) refresh(ctx context.Context, source string, b by, name string) (*Answer, error) {
	p, err := l.Refresh(ctx, source, b, name)
	if err != nil {
		return nil, err
	}
	return l.shown(p, ReadIn{}), nil
}

type (
	// PageIn is a page of versions.
	PageIn struct {
		Before time.Time `query:"before" doc:"the since of the last version of the page before"`
		Limit  int       `query:"limit" minimum:"1" maximum:"20" default:"10"`
	}
	// HistoryByUsernameIn asks for versions by username.
	HistoryByUsernameIn struct {
		NameIn
		PageIn
	}
	// HistoryByIDIn asks for versions by id.
	HistoryByIDIn struct {
		IDIn
		PageIn
	}
	// HistoryOut are former documents, the latest first.
	HistoryOut struct {
		Versions []Version `json:"versions"`
	}
)

func (l *Lane) historyByUsername(ctx context.Context, in *HistoryByUsernameIn) (*HistoryOut, error) {
	list, err := l.History(ctx, in.Source, byUsername, in.Username, in.Before, in.Limit)
	return &HistoryOut{list}, err
}

func (l *Lane) historyByID(ctx context.Context, in *HistoryByIDIn) (*HistoryOut, error) {
	list, err := l.History(ctx, in.Source, byID, in.ID, in.Before, in.Limit)
	return &HistoryOut{list}, err
}
