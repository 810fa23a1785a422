package allocation

import (
	"context"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

// Stored is a thing as it is kept.
type Stored[T any] struct {
	Thing     T         `json:"thing"`
	Revision  int64     `json:"revision" doc:"of the catalogue, when it was last changed"`
	Source    string    `json:"source,omitempty" doc:"the old database it comes from"`
	Held      bool      `json:"held,omitzero" doc:"an operator paused it, and its source cannot resume it"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// ListIn asks for a page of things.
type ListIn struct {
	Parent string `query:"parent" maxLength:"64" doc:"id of what they belong to: a campaign's advertiser, a line item's campaign, a creative's line item"`
	Status string `query:"status" enum:"active,paused,killed"`
	Source string `query:"source" maxLength:"31"`
	After  string `query:"after" maxLength:"64" doc:"the next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

// ListOut is a page of things, in the order of their ids.
type ListOut[T any] struct {
	Things []Stored[T] `json:"things"`
	Next   string      `json:"next,omitempty" doc:"after which the next page starts; empty: this is the last"`
}

// ByID names one thing.
type ByID struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

// The bodies of updates, with the id that the path has.
type (
	putAdvertiser struct {
		Key string `path:"id"`
		Advertiser
	}
	putCampaign struct {
		Key string `path:"id"`
		Campaign
	}
	putLineItem struct {
		Key string `path:"id"`
		LineItem
	}
	putCreative struct {
		Key string `path:"id"`
		Creative
	}
	putPlacement struct {
		Key string `path:"id"`
		Placement
	}
)

// thingPointer is a pointer to T that is a thing.
type thingPointer[T any] interface {
	*T
	thing
}

func (l *Lane) adminRoutes() []lane.Route {
	var routes []lane.Route
	routes = append(routes, thingRoutes[Advertiser](l, "advertisers", lane.JSON(func(ctx context.Context, in *putAdvertiser) (*Stored[Advertiser], error) {
		return put(ctx, l, in.Key, &in.Advertiser)
	}))...)
	routes = append(routes, thingRoutes[Campaign](l, "campaigns", lane.JSON(func(ctx context.Context, in *putCampaign) (*Stored[Campaign], error) {
		return put(ctx, l, in.Key, &in.Campaign)
	}))...)
	routes = append(routes, thingRoutes[LineItem](l, "line_items", lane.JSON(func(ctx context.Context, in *putLineItem) (*Stored[LineItem], error) {
		return put(ctx, l, in.Key, &in.LineItem)
	}))...)
	routes = append(routes, thingRoutes[Creative](l, "creatives", lane.JSON(func(ctx context.Context, in *putCreative) (*Stored[Creative], error) {
		return put(ctx, l, in.Key, &in.Creative)
	}))...)
	routes = append(routes, thingRoutes[Placement](l, "placements", lane.JSON(func(ctx context.Context, in *putPlacement) (*Stored[Placement], error) {
		return put(ctx, l, in.Key, &in.Placement)
	}))...)
	return append(routes, l.bulkRoutes()...)
}

// thingRoutes are the endpoints that every kind of thing has.
func thingRoutes[T any, P thingPointer[T]](l *Lane, plural string, update lane.Handler) []lane.Route {
	base, kind := "/v1/allocation/"+plural, queryKinds[plural]
	route := func(pattern string, effect lane.Effect, summary string, h lane.Handler) lane.Route {
		return lane.Route{Pattern: pattern, Effect: effect, Class: admit.Normal, Access: identity.Admin, Summary: summary, Handler: h}
	}
	to := func(status Status) lane.Handler {
		return lane.JSON(func(ctx context.Context, in *ByID) (*Stored[T], error) {
			row, err := l.SetStatus(ctx, kind, in.ID, status)
			return stored[T](row, err)
		})
	}
	return []lane.Route{
		route("GET "+base, lane.Read, "List "+plural, lane.JSON(func(ctx context.Context, in *ListIn) (*ListOut[T], error) {
			return listThings[T](ctx, l, kind, in)
		})),
		route("POST "+base, lane.Write, "Create a thing of "+plural, lane.JSON(func(ctx context.Context, in *T) (*Stored[T], error) {
			row, err := l.Put(ctx, Create, P(in))
			return stored[T](row, err)
		})),
		route("GET "+base+"/{id}", lane.Read, "Read one of "+plural, lane.JSON(func(ctx context.Context, in *ByID) (*Stored[T], error) {
			row, err := l.store.Thing(ctx, kind, in.ID)
			return stored[T](row, err)
		})),
		route("PUT "+base+"/{id}", lane.Write, "Replace one of "+plural, update),
		route("POST "+base+"/{id}/pause", lane.Write, "Pause one of "+plural, to(Paused)),
		route("POST "+base+"/{id}/resume", lane.Write, "Resume one of "+plural, to(Active)),
		route("POST "+base+"/{id}/kill", lane.Write, "Kill one of "+plural+": at once and for good", to(Killed)),
	}
}

func put[T any, P thingPointer[T]](ctx context.Context, l *Lane, id string, t P) (*Stored[T], error) {
	*t.key() = id
	row, err := l.Put(ctx, Update, t)
	return stored[T](row, err)
}

func listThings[T any](ctx context.Context, l *Lane, kind Kind, in *ListIn) (*ListOut[T], error) {
	rows, err := l.store.List(ctx, Filter{
		Kind: kind, Parent: in.Parent, Status: Status(in.Status), Source: in.Source, After: in.After, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	out := &ListOut[T]{Things: []Stored[T]{}}
	for i, row := range rows {
		if i == in.Limit {
			out.Next = rows[i-1].ID
			break
		}
		s, err := stored[T](row, nil)
		if err != nil {
			return nil, err
		}
		out.Things = append(out.Things, *s)
	}
	return out, nil
}

// stored shows a row as the API does.
func stored[T any](row Row, err error) (*Stored[T], error) {
	if err != nil {
		return nil, err
	}
	t, err := row.decode()
	if err != nil {
		return nil, err
	}
	return &Stored[T]{
		Thing: *any(t).(*T), Revision: row.Revision, Source: row.Source, Held: row.Held != "",
		CreatedAt: time.UnixMilli(row.CreatedAt).UTC(), UpdatedAt: time.UnixMilli(row.UpdatedAt).UTC(),
	}, nil
}
