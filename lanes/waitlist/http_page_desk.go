package waitlist

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

const deskPath = "/waitlist/admin"

// deskRoutes are the operators' pages. In a demo they are for all: the people in it are made up, and the addresses that visitors
// have typed in are masked. What changes something goes to the API, which asks for the session or the key there too.
func (l *Lane) deskRoutes() []lane.Route {
	who := identity.Admin
	if l.deps.Demo {
		who = identity.Public
	}
	page := func(path, summary string, h pageHandler) lane.Route {
		return lane.Route{Pattern: "GET " + path, Access: who, Class: admit.Normal, Summary: summary, Handler: lane.HTTP(h)}
	}
	return []lane.Route{
		page(deskPath, "A page: all lists, for operators", l.deskPage),
		page(deskPath+"/{list}", "A page: one list with its numbers, people and waves, for operators", l.deskListPage),
	}
}

func (l *Lane) deskPage(w http.ResponseWriter, r *http.Request) error {
	words := deskTexts[httpio.Language(r)]
	v := &deskView{deskWords: words}
	places, err := l.kept.Places(r.Context())
	if err != nil {
		return err
	}
	for _, list := range l.Lists() {
		at := places[list.Slug]
		v.Lists = append(v.Lists, deskList{
			Name: list.Name.In(words.Lang), Slug: list.Slug, URL: deskPath + "/" + list.Slug + "?lang=" + words.Lang, Page: pagePath + list.Slug + "?lang=" + words.Lang,
			Closed: list.Closed, Waiting: grouped(at.Waiting), Invited: grouped(at.Invited),
		})
	}
	return l.writeDesk(w, "desk", words, words.Title, v)
}

func (l *Lane) deskListPage(w http.ResponseWriter, r *http.Request) error {
	words := deskTexts[httpio.Language(r)]
	list, err := l.List(r.PathValue("list"))
	if err != nil {
		if fault.From(err).Kind != fault.NotFound {
			return err
		}
		http.Redirect(w, r, deskPath+"?lang="+words.Lang, http.StatusSeeOther)
		return nil
	}
	v := newDeskList(list, words, l.links)
	v.Demo = l.deps.Demo
	v.Login = identity.LoginPath + "?next=" + url.QueryEscape(deskPath+"/"+list.Slug)
	stats, err := l.Stats(r.Context(), list.Slug, dayOffset(words.Lang))
	if err != nil {
		return err
	}
	places, err := l.kept.Places(r.Context())
	if err != nil {
		return err
	}
	v.count(stats, places[list.Slug], l.now())
	waves, err := l.Waves(r.Context(), list.Slug)
	if err != nil {
		return err
	}
	v.addWaves(waves)
	if err := l.deskSearch(r, v); err != nil {
		return err
	}
	return l.writeDesk(w, "desk-list", words, v.Name, v)
}

const deskRows = 25 // sign-ups of one page

// deskSearch finds the newest sign-ups, or those whose address begins with what is asked.
func (l *Lane) deskSearch(r *http.Request, v *deskListView) error {
	q := r.URL.Query()
	asked, rule := plain(q.Get("q"), 254)
	if rule != "" {
		asked = ""
	}
	v.Query = asked
	f := Filter{List: v.Slug, Prefix: strings.ToLower(asked), Limit: deskRows + 1}
	for i := range v.Stages {
		if v.Stages[i].Value == q.Get("stage") {
			f.Stage = Stage(v.Stages[i].Value)
			v.Stages[i].Chosen = true
		}
	}
	if after, rule := plain(q.Get("after"), 254); rule == "" && !v.Demo { // it may be an address
		f.After = after
	}
	if v.Demo && len(q.Get("after")) == 26 {
		f.After = q.Get("after")
	}
	found, err := l.Search(r.Context(), f)
	if err != nil {
		return err
	}
	if len(found) > deskRows {
		found = found[:deskRows]
		next := found[deskRows-1].ID
		if asked != "" {
			next = found[deskRows-1].Address
		}
		if asked == "" || !v.Demo {
			more := keep(q, "lang", "q", "stage")
			more.Set("after", next)
			v.Next = "?" + more.Encode() + "#people"
		}
	}
	for _, one := range found {
		v.People = append(v.People, v.person(one))
	}
	return nil
}

func (l *Lane) writeDesk(w http.ResponseWriter, name string, words *deskWords, title string, v any) error {
	page := lane.Page{
		Title: title, Lang: words.Lang, Use: []string{"form", "chart", "dialog", "table"},
		Nav: []lane.Link{{Title: words.Title, URL: deskPath + "?lang=" + words.Lang, Current: name == "desk"}},
	}
	if err := fill(&page, name, nil, v); err != nil {
		return err
	}
	return l.write(w, page, http.StatusOK, map[string]string{"Cache-Control": "no-store"})
}
