package waitlist

import (
	"context"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

func (l *Lane) listRoutes() []lane.Route {
	route := func(pattern string, effect lane.Effect, summary string, h lane.Handler) lane.Route {
		return lane.Route{
			Pattern: pattern, Effect: effect, Class: admit.Normal, Access: identity.Admin, Limits: lane.Limits{Body: 256 << 10}, Summary: summary, Handler: h,
		}
	}
	return []lane.Route{
		route("GET /v1/waitlist", lane.Read, "List the lists", lane.JSON(l.allLists)),
		route("POST /v1/waitlist", lane.Write, "Make a list", lane.JSON(l.createList)),
		route("GET /v1/waitlist/{list}", lane.Read, "Read a list", lane.JSON(l.oneList)),
		route("PATCH /v1/waitlist/{list}", lane.Write, "Change what is given of a list; what is left out stays", lane.JSON(l.editList)),
		route("DELETE /v1/waitlist/{list}", lane.Write, "Delete a list that nobody is on", lane.JSON(l.deleteList)),
	}
}

// ListsOut is all lists.
type ListsOut struct {
	Lists []*List `json:"lists"`
}

func (l *Lane) allLists(context.Context, *struct{}) (*ListsOut, error) {
	return &ListsOut{l.Lists()}, nil
}

// ByList names a list.
type ByList struct {
	List string `path:"list" json:"-" maxLength:"40"`
}

func (l *Lane) oneList(_ context.Context, in *ByList) (*List, error) {
	list, err := l.List(in.List)
	if err != nil {
		return nil, err
	}
	return list.shown(), nil
}

func (l *Lane) createList(ctx context.Context, in *List) (*List, error) { return l.CreateList(ctx, in) }

func (l *Lane) deleteList(ctx context.Context, in *ByList) (*Nothing, error) {
	return nil, l.DeleteList(ctx, in.List)
}

// ListPatch is what of a list is to be changed. What is given replaces what was there, whole.
type ListPatch struct {
	Slug        string     `path:"list" json:"-" maxLength:"40"`
	Name        *Text      `json:"name,omitempty"`
	Site        *string    `json:"site,omitempty" maxLength:"100"`
	SiteURL     *string    `json:"site_url,omitempty" maxLength:"500"`
	Description *Text      `json:"description,omitempty"`
	Closed      *bool      `json:"closed,omitempty"`
	ShowWaiting *bool      `json:"show_waiting,omitempty"`
	Accepts     *string    `json:"accepts,omitempty" enum:"email,phone,both"`
	Fields      *[]Field   `json:"fields,omitempty" maxItems:"20"`
	Consents    *[]Consent `json:"consents,omitempty" maxItems:"10" doc:"a changed text needs a higher version"`
	SingleOptIn *bool      `json:"single_opt_in,omitempty"`
	Referral    *Referral  `json:"referral,omitempty"`
	InviteCap   *int       `json:"invite_cap,omitempty" minimum:"0"`
	Hook        *Hook      `json:"webhook,omitempty" doc:"without a secret the one that is there stays"`
	Retention   *Retention `json:"retention,omitempty"`
	Origins     *[]string  `json:"origins,omitempty" maxItems:"50"`
	ShareURL    *string    `json:"share_url,omitempty" maxLength:"500"`
	Limits      *Limits    `json:"limits,omitempty"`
}

func (l *Lane) editList(ctx context.Context, in *ListPatch) (*List, error) {
	return l.EditList(ctx, in.Slug, func(list *List) {
		give(&list.Name, in.Name)
		give(&list.Site, in.Site)
		give(&list.SiteURL, in.SiteURL)
		give(&list.Description, in.Description)
		give(&list.Closed, in.Closed)
		give(&list.ShowWaiting, in.ShowWaiting)
		give(&list.Accepts, in.Accepts)
		give(&list.Fields, in.Fields)
		give(&list.Consents, in.Consents)
		give(&list.SingleOptIn, in.SingleOptIn)
		give(&list.Referral, in.Referral)
		give(&list.InviteCap, in.InviteCap)
		give(&list.Hook, in.Hook)
		give(&list.Retention, in.Retention)
		give(&list.Origins, in.Origins)
		give(&list.ShareURL, in.ShareURL)
		give(&list.Limits, in.Limits)
	})
}

// give replaces what is there by what is given.
func give[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
