package outbox

import (
	"context"
	"maps"
	"slices"

	"github.com/hotlane/hotlane/platform/httpio"
)

// Routes are the operators' endpoints, for whoever has routes.
type Routes struct {
	List   httpio.Handler // GET /_hotlane/events: what is parked
	Retry  httpio.Handler // POST /_hotlane/events/{lane}/{listener}/{id}/retry
	Remove httpio.Handler // DELETE /_hotlane/events/{lane}/{listener}/{id}
}

// Handlers makes the operators' endpoints. outboxes gives the publishers' outboxes by lane each time it is asked.
func Handlers(outboxes func() map[string]*Outbox) Routes {
	a := admin{outboxes}
	return Routes{List: httpio.JSON(a.list), Retry: httpio.JSON(a.retry), Remove: httpio.JSON(a.remove)}
}

type admin struct{ outboxes func() map[string]*Outbox }

// ListIn asks for what is parked.
type ListIn struct {
	Limit int `query:"limit" minimum:"0" maximum:"100" default:"20" doc:"events of each publisher, the longest parked first"`
}

// List is what is parked, by the publishers' names.
type List struct {
	Parked []Parked `json:"parked"`
}

func (a admin) list(ctx context.Context, in *ListIn) (*List, error) {
	out := &List{Parked: []Parked{}}
	all := a.outboxes()
	for _, lane := range slices.Sorted(maps.Keys(all)) {
		parked, err := all[lane].Parked(ctx, in.Limit)
		if err != nil {
			return nil, err
		}
		out.Parked = append(out.Parked, parked...)
	}
	return out, nil
}

// OneIn names a parked event of one listener.
type OneIn struct {
	Lane     string `path:"lane" maxLength:"48" doc:"that published it"`
	Listener string `path:"listener" maxLength:"48"`
	ID       string `path:"id" maxLength:"26"`
}

func (a admin) retry(ctx context.Context, in *OneIn) (*struct{}, error) {
	o := a.outboxes()[in.Lane]
	if o == nil {
		return nil, ErrNotParked
	}
	return nil, o.Retry(ctx, in.Listener, in.ID)
}

func (a admin) remove(ctx context.Context, in *OneIn) (*struct{}, error) {
	o := a.outboxes()[in.Lane]
	if o == nil {
		return nil, ErrNotParked
	}
	return nil, o.Remove(ctx, in.Listener, in.ID)
}
