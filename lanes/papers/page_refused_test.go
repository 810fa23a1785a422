package papers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

// TestPageOfInvitedWriters: who was invited sees the paper, anybody else a page that says whom it is for; over the API, a problem.
func TestPageOfInvitedWriters(t *testing.T) {
	d := open(t)
	var p Card
	d.ask(lanetest.Scenario{
		Method: "POST", Path: "/v1/papers", Body: newPaperJSON(`"writers":"invited"`, `"invited":["jun"]`), As: identity.User, User: "minji", Status: 201,
	}, &p)
	const korean, english = "초대받은 친구만 볼 수 있어요", "This paper is for invited friends"
	for _, c := range []struct {
		who, user, link string
		role            string // empty: not let in
	}{
		{"the invited user", "jun", p.Links.Write, "writer"},
		{"another user", "sora", p.Links.Write, ""},
		{"nobody", "", p.Links.Write, ""},
		{"the user who made it, by the writers' link", "minji", p.Links.Write, "owner"},
		{"whoever has the owner's link", "", p.Links.Own, "owner"},
	} {
		as := func(name, path, lang string) lanetest.Scenario {
			s := lanetest.Scenario{Name: c.who + ", " + name, Path: path + c.link, Header: map[string]string{"Accept-Language": lang}}
			if s.User = c.user; c.user != "" {
				s.As = identity.User
			}
			return s
		}
		ko, en, api := as("page in Korean", "/papers/", "ko"), as("page in English", "/papers/", "en"), as("API", "/v1/papers/", "ko")
		if c.role != "" {
			ko.Status, ko.Contains, ko.Absent = 200, []string{p.Title, `data-role="` + c.role + `"`}, []string{"<h1>" + korean}
			en.Status, en.Contains, en.Absent = 200, []string{p.Title}, []string{"<h1>" + english}
			api.Status, api.JSON = 200, map[string]any{"/role": c.role}
		} else {
			page := map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
			ko.Status, ko.Headers, ko.Contains, ko.Absent = 403, page, []string{`<html lang="ko">`, "<h1>" + korean, "로그인한 앱이나 사이트에서"}, []string{p.Title, p.Recipient}
			en.Status, en.Headers, en.Contains, en.Absent = 403, page, []string{`<html lang="en">`, "<h1>" + english, "where you are logged in"}, []string{p.Title, p.Recipient}
			api.Status, api.Code = 403, "papers.not_invited"
		}
		d.Run(t, ko, en, api)
	}
}

// TestPageOfRefusals: what a paper's page cannot show it says in words, with the refusal's status; our own mistakes are for the caller.
func TestPageOfRefusals(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		err    error
		title  string
		status int
		retry  string
	}{
		{ErrNoPaper, "goneTitle", 404, ""},
		{ErrNotDelivered, "notYetTitle", 403, ""},
		{ErrNotInvited, "notInvitedTitle", 403, ""},
		{ErrNewer, "busyTitle", 503, ""},
		{ErrClosed, "busyTitle", 409, ""},
		{ErrTooMany, "busyTitle", 429, "1"},
		{fault.New(fault.Timeout, "papers.test", "Slow."), "busyTitle", 504, ""},
		{broken, "", 0, ""},
	} {
		for _, lang := range []string{"en", "ko"} {
			var shown lane.Page
			deps := lane.Deps{URL: func() string { return "" }, Page: func(_ io.Writer, page lane.Page) error { shown = page; return nil }}
			p := newPages(deps, func(context.Context, string) (*Whole, error) { return nil, c.err })
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/papers/x?lang="+lang, http.NoBody)
			err := p.paper(httptest.NewRecorder(), r)
			if c.title == "" {
				if !errors.Is(err, broken) {
					t.Errorf("our own mistake: %v", err)
				}
				continue
			}
			if err != nil || shown.Status != c.status || shown.Title != pageWords[lang][c.title] || shown.Header["Retry-After"] != c.retry || shown.Header["Cache-Control"] != "no-store" {
				t.Errorf("%v in %s: %d %q %v, %v", c.err, lang, shown.Status, shown.Title, shown.Header, err)
			}
		}
	}
}
