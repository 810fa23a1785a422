package lanename

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"strconv"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

const path = "/v1/lanename"

// Routes are all endpoints of the lane. A user is whom a token of the app's own backend names; an operator shows the admin key.
func (l *Lane) Routes() []lane.Route {
	return []lane.Route{
		{
			Pattern: "POST " + path, Effect: lane.Write, Access: identity.User, Class: admit.Normal,
			Summary: "Write a note", Handler: lane.JSON(l.post),
		},
		{
			Pattern: "GET " + path, Access: identity.Public, Class: admit.Normal,
			Summary: "List notes, the newest first", Handler: lane.JSON(l.list),
		},
		{
			Pattern: "GET " + path + "/{id}", Access: identity.Public, Class: admit.Normal,
			Summary: "Read a note", Handler: lane.JSON(l.get),
		},
		{
			Pattern: "PUT " + path + "/{id}", Effect: lane.Write, Access: identity.User, Class: admit.Normal,
			Summary: "Edit one's own note", Handler: lane.JSON(l.put),
		},
		{
			Pattern: "DELETE " + path + "/{id}", Effect: lane.Write, Access: identity.User, Class: admit.Normal,
			Summary: "Delete one's own note", Handler: lane.JSON(l.remove),
		},
		{
			Pattern: "PUT " + path + "/admin/{id}", Effect: lane.Write, Access: identity.Admin, Class: admit.Normal,
			Summary: "Edit anybody's note", Handler: lane.JSON(l.put),
		},
		{
			Pattern: "DELETE " + path + "/admin/{id}", Effect: lane.Write, Access: identity.Admin, Class: admit.Normal,
			Summary: "Delete anybody's note", Handler: lane.JSON(l.remove),
		},
		{
			Pattern: "GET " + pagePath, Access: identity.Public, Class: admit.Normal,
			Summary: "A page: the newest notes", Handler: lane.HTTP(l.page),
		},
	}
}

// caller is who asks, as far as the rules care.
func caller(ctx context.Context) Caller {
	c := identity.From(ctx)
	return Caller{ID: c.ID, Admin: c.Access == identity.Admin}
}

// NewNote is what is sent to write one.
type NewNote struct {
	Text string `json:"text" maxLength:"10000"`
}

// Created is a note that was just written.
type Created struct{ Note }

// Status of the answer: 201.
func (*Created) Status() int { return http.StatusCreated }

// Headers say where the note is.
func (c *Created) Headers(h http.Header) { h.Set("Location", path+"/"+strconv.FormatInt(c.ID, 10)) }

func (l *Lane) post(ctx context.Context, in *NewNote) (*Created, error) {
	n, err := l.Write(ctx, caller(ctx), in.Text)
	return &Created{n}, err
}

// Which is one note.
type Which struct {
	ID int64 `path:"id" minimum:"1"`
}

func (l *Lane) get(ctx context.Context, in *Which) (*Note, error) {
	n, err := l.store.Note(ctx, in.ID)
	return &n, err
}

// EditedNote is a note and its other text.
type EditedNote struct {
	ID   int64  `path:"id" json:"-" minimum:"1"`
	Text string `json:"text" maxLength:"10000"`
}

func (l *Lane) put(ctx context.Context, in *EditedNote) (*Note, error) {
	n, err := l.Edit(ctx, caller(ctx), in.ID, in.Text)
	return &n, err
}

// Nothing is an answer without a body.
type Nothing struct{}

func (l *Lane) remove(ctx context.Context, in *Which) (*Nothing, error) {
	return nil, l.Delete(ctx, caller(ctx), in.ID)
}

// Asked is a part of the list.
type Asked struct {
	Before int64 `query:"before" minimum:"1" doc:"only notes with a lower id; not given: from the newest on"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// Listed is a part of the list.
type Listed struct {
	Notes []Note `json:"notes"`
	Next  int64  `json:"next,omitzero" doc:"there may be more: ask again with before=…"`
}

const newest = math.MaxInt64 // no note has an id as high

func (l *Lane) list(ctx context.Context, in *Asked) (*Listed, error) {
	notes, err := l.store.Before(ctx, cmp.Or(in.Before, newest), in.Limit)
	out := &Listed{Notes: notes}
	if len(notes) == in.Limit {
		out.Next = notes[len(notes)-1].ID
	}
	return out, err
}
