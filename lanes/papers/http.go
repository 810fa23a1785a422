package papers

import (
	"context"
	"net/http"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/identity"
)

// Routes are all endpoints of the lane.
func (l *Lane) Routes() []lane.Route {
	route := func(pattern string, effect lane.Effect, class admit.Class, summary string, h lane.Handler) lane.Route {
		return lane.Route{
			Pattern: pattern, Effect: effect, Key: "link", Class: class, Access: identity.Known, Limits: lane.Limits{Body: 64 << 10}, Summary: summary, Handler: h,
		}
	}
	at := apiPath + "/{link}"
	routes := []lane.Route{
		{
			Pattern: "POST " + apiPath, Effect: lane.Write, Class: admit.Normal, Access: identity.Known, Limits: lane.Limits{Body: 128 << 10},
			Summary: "Make a paper; the answer has its links, the owner's among them", Handler: lane.JSON(l.create),
		},
		{
			Pattern: "GET " + apiPath, Effect: lane.Read, Class: admit.Normal, Access: identity.User, Summary: "List one's own papers, the newest first",
			Handler: lane.JSON(l.mine),
		},
		route("GET "+at, lane.Read, admit.Normal, "Read a paper with its notes", lane.JSON(l.read)),
		route("PATCH "+at, lane.Write, admit.Normal, "Change what is given of a paper; what is left out stays (owner)", lane.JSON(l.edit)),
		route("DELETE "+at, lane.Write, admit.Normal, "Erase a paper with everything on it (owner)", lane.JSON(l.remove)),
		route("POST "+at+"/live", lane.Write, admit.Normal, "Get the token with which to subscribe to the paper's live channel", lane.JSON(l.enterLive)),
		route("POST "+at+"/close", lane.Write, admit.Normal, "Let nobody write any more (owner)", lane.JSON(l.close)),
		route("POST "+at+"/deliver", lane.Write, admit.Normal, "Hand the paper over to its recipient (owner)", lane.JSON(l.deliver)),
		route("PUT "+at+"/notes/{note}", lane.Write, admit.Critical, "Write a note, or change what is given of one's own", lane.JSON(l.putNote)),
		route("POST "+at+"/notes/{note}/move", lane.Write, admit.Critical, "Move a note of one's own", lane.JSON(l.moveNote)),
		route("DELETE "+at+"/notes/{note}", lane.Write, admit.Critical, "Delete a note of one's own", lane.JSON(l.deleteNote)),
		route("POST "+at+"/notes/{note}/hide", lane.Write, admit.Normal, "Hide a note, or show it again (owner)", lane.JSON(l.hideNote)),
		route("POST "+at+"/notes/{note}/report", lane.Write, admit.Normal, "Tell the owner that a note is wrong", lane.JSON(l.reportNote)),
	}
	routes = append(routes, l.fileRoutes()...)
	return append(routes, l.pages.routes()...)
}

// callerOf is who asks. author is the header Paper-Author.
func callerOf(ctx context.Context, author string) Caller {
	c := Caller{Author: author, Client: admit.Name(admit.Customer(lane.Client(ctx)))}
	if who := identity.From(ctx); who.Access == identity.User {
		c.User, c.Author = who.ID, ""
	}
	return c
}

// ByLink names a paper.
type ByLink struct {
	Link string `path:"link" json:"-" maxLength:"22"`
}

// ByAuthor names a paper, and who asks.
type ByAuthor struct {
	ByLink
	Author string `header:"Paper-Author" json:"-" maxLength:"22" doc:"token of who writes; not there: they are given one"`
}

// Nothing is an answer without a body.
type Nothing struct{}

// Created is a new paper.
type Created struct{ Card }

// Status of the answer: 201.
func (*Created) Status() int { return http.StatusCreated }

// Headers of the answer: it has secrets.
func (c *Created) Headers(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Location", apiPath+"/"+c.Links.Own)
}

func (l *Lane) create(ctx context.Context, in *NewPaper) (*Created, error) {
	c, err := l.Create(ctx, callerOf(ctx, ""), in)
	if err != nil {
		return nil, err
	}
	return &Created{*c}, nil
}

// MineIn asks for one's own papers.
type MineIn struct {
	After string `query:"after" maxLength:"60" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

// MineOut are some of them.
type MineOut struct {
	Papers []Card `json:"papers"`
	Next   string `json:"next,omitempty" doc:"after of the next page; not there: this is the last"`
}

// Headers of the answer: it has secrets.
func (*MineOut) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

func (l *Lane) mine(ctx context.Context, in *MineIn) (*MineOut, error) {
	list, next, err := l.Mine(ctx, callerOf(ctx, ""), in.After, in.Limit)
	return &MineOut{list, next}, err
}

// Headers of the answer: it is of this moment, and may have secrets.
func (*Whole) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

func (l *Lane) read(ctx context.Context, in *ByLink) (*Whole, error) {
	return l.Read(ctx, callerOf(ctx, ""), in.Link)
}

// Headers of the answer: it may have secrets.
func (*Card) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

func (l *Lane) edit(ctx context.Context, in *PaperPatch) (*Card, error) {
	return l.Edit(ctx, callerOf(ctx, ""), in)
}

func (l *Lane) remove(ctx context.Context, in *ByLink) (*Nothing, error) {
	return nil, l.Delete(ctx, callerOf(ctx, ""), in.Link)
}

func (l *Lane) close(ctx context.Context, in *ByLink) (*Card, error) {
	return l.Close(ctx, callerOf(ctx, ""), in.Link)
}

func (l *Lane) deliver(ctx context.Context, in *ByLink) (*Card, error) {
	return l.Deliver(ctx, callerOf(ctx, ""), in.Link)
}

// LiveIn asks for the way into a live channel.
type LiveIn struct {
	ByAuthor
	Name string `json:"name,omitempty" maxLength:"160" doc:"what the others see while they are in; may be left out"`
}

// Headers of the answer: it has secrets.
func (*Pass) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

func (l *Lane) enterLive(ctx context.Context, in *LiveIn) (*Pass, error) {
	return l.Enter(ctx, callerOf(ctx, in.Author), in.Link, in.Name)
}

const uploadTime = 60 * time.Second
