package waitlist

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// Routes are all endpoints of the lane. What people do with their own token stands behind /me/.
func (l *Lane) Routes() []lane.Route {
	small := lane.Limits{Body: 16 << 10}
	routes := []lane.Route{
		{
			Pattern: "POST /v1/waitlist/{list}/signups", Effect: lane.Write, Key: "list", Class: admit.Critical, Access: identity.Public, Limits: small,
			Summary: "Sign up; the answer is the same whether the address is known or not", Handler: lane.JSON(l.signUp),
		},
		{
			Pattern: "POST /v1/waitlist/{list}/form", Effect: lane.Write, Key: "list", Class: admit.Critical, Access: identity.Public, Limits: small,
			Summary: "Sign up by a plain HTML form; goes on to the list's page", Handler: lane.HTTP(l.form),
		},
		{
			Pattern: "POST /v1/waitlist/me/confirm/{token}", Effect: lane.Write, Class: admit.Critical, Access: identity.Public, Limits: small,
			Summary: "Confirm the address: what the button of the page in the mail does", Handler: lane.JSON(l.confirm),
		},
		{
			Pattern: "GET /v1/waitlist/me/status/{token}", Effect: lane.Read, Class: admit.Normal, Access: identity.Public,
			Summary: "Say where somebody is", Handler: lane.JSON(l.status),
		},
		{
			Pattern: "DELETE /v1/waitlist/me/status/{token}", Effect: lane.Write, Class: admit.Normal, Access: identity.Public,
			Summary: "Erase oneself", Handler: lane.JSON(l.eraseMe),
		},
		{
			Pattern: "POST /v1/waitlist/me/unsubscribe/{token}", Effect: lane.Write, Class: admit.Normal, Access: identity.Public, Limits: small,
			Summary: "Unsubscribe with one click (RFC 8058)", Handler: lane.HTTP(l.oneClick),
		},
		{
			Pattern: "GET /v1/waitlist/me/unsubscribe/{token}", Effect: lane.Read, Class: admit.Normal, Access: identity.Public,
			Summary: "Go to the page that unsubscribes", Handler: lane.HTTP(l.toLeavePage),
		},
	}
	routes = append(routes, l.listRoutes()...)
	routes = append(routes, l.adminRoutes()...)
	return append(routes, l.pageRoutes()...)
}

// SignUpIn is a form as JSON.
type SignUpIn struct {
	List string `path:"list" json:"-" maxLength:"40"`
	Form
}

// Received is the answer to every form that is none to be refused.
type Received struct {
	State string `json:"status" enum:"received" doc:"what there is to say goes to the address"`
}

// Status of the answer: 202.
func (*Received) Status() int { return http.StatusAccepted }

func (l *Lane) signUp(ctx context.Context, in *SignUpIn) (*Received, error) {
	in.How = "api"
	if err := l.SignUp(ctx, in.List, &in.Form); err != nil {
		return nil, err
	}
	return &Received{"received"}, nil
}

// form is for pages without JavaScript. Custom fields are named field.<name>, consents consent.<name> with the version as value.
func (l *Lane) form(w http.ResponseWriter, r *http.Request) error {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be parsed is no form
	if media != "application/x-www-form-urlencoded" {
		return ErrForm
	}
	if err := r.ParseForm(); err != nil {
		return ErrInvalid.With(fault.Field{Rule: "must be a form that can be decoded, of at most 16 KiB"}).Because(err)
	}
	list := r.PathValue("list")
	f, err := l.DecodeForm(list, r.PostForm, httpio.Language(r))
	if err != nil {
		return err
	}
	if err := l.SignUp(r.Context(), list, f); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, pagePath+list+"?received=1", http.StatusSeeOther)
	return nil
}

// DecodeForm makes a Form of what a browser sends. lang is the page's, where the form names none. Error: ErrNoList, ErrInvalid.
func (l *Lane) DecodeForm(list string, v url.Values, lang string) (*Form, error) {
	of, err := l.List(list)
	if err != nil {
		return nil, err
	}
	var r fault.Rules
	for name, values := range v {
		r.Check(len(values) == 1, "/"+pointerName(name), "must be given at most once")
	}
	f := &Form{
		Email: v.Get("email"), Phone: v.Get("phone"), Name: v.Get("name"), Source: v.Get("source"), Ref: v.Get("ref"), Website: v.Get("website"),
		UTM:  UTM{Source: v.Get("utm_source"), Medium: v.Get("utm_medium"), Campaign: v.Get("utm_campaign")},
		Lang: lang, How: "form", Fields: map[string]any{}, Consents: map[string]int{},
	}
	if given := v.Get("lang"); given == "ko" || given == "en" {
		f.Lang = given
	}
	for _, c := range of.Fields {
		if text := v.Get("field." + c.Name); text != "" || c.Kind == "boolean" {
			f.Fields[c.Name] = c.parse(text)
		}
	}
	for _, c := range of.Consents {
		if text := v.Get("consent." + c.Name); text != "" {
			f.Consents[c.Name], _ = strconv.Atoi(text) // 0 is no version
		}
	}
	return f, r.Err(ErrInvalid)
}

// parse makes a value of what a browser sends for a field; what is none stays a text, which the rules refuse.
func (c *Field) parse(text string) any {
	switch c.Kind {
	case "number":
		if n, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			return n
		}
	case "boolean":
		return text != "" && text != "false" // a box that is not ticked is not sent
	}
	return text
}

// TokenIn is a link's token.
type TokenIn struct {
	Token string `path:"token" json:"-" maxLength:"200"`
}

func (l *Lane) confirm(ctx context.Context, in *TokenIn) (*Position, error) {
	return l.Confirm(ctx, in.Token)
}

func (l *Lane) status(ctx context.Context, in *TokenIn) (*Position, error) {
	return l.Status(ctx, in.Token)
}

// Headers of the answer: it is of one person and of this moment.
func (*Position) Headers(h http.Header) { h.Set("Cache-Control", "no-store") }

// Nothing is an answer without a body.
type Nothing struct{}

func (l *Lane) eraseMe(ctx context.Context, in *TokenIn) (*Nothing, error) {
	return nil, l.EraseMe(ctx, in.Token)
}

// oneClick asks nothing back: the mail provider presses, not the person.
func (l *Lane) oneClick(w http.ResponseWriter, r *http.Request) error {
	if err := l.Leave(r.Context(), r.PathValue("token"), "one-click"); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (l *Lane) toLeavePage(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, leavePath+url.PathEscape(r.PathValue("token")), http.StatusSeeOther)
	return nil
}
