package waitlist

import (
	"bytes"
	"embed"
	"html/template"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/assets"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

//go:embed web
var webFiles embed.FS

// pageAssets and pageTemplates are made once and never change.
var (
	pageAssets = sync.OnceValue(func() *assets.Set {
		return assets.New(lane.Folder(webFiles, "web"), "/waitlist/assets", "waitlist.css", "frame.js", "status.js", "admin.css", "admin.js")
	})
	pageTemplates = sync.OnceValue(func() *template.Template {
		return template.Must(template.New("").Funcs(template.FuncMap{"asset": pageAssets().URL}).ParseFS(webFiles, "web/*.html"))
	})
)

// pageRoutes are the pages of a list, of those who are on it, and of operators. The form in a frame stands beside the lists, since
// below them it would be where the pages of operators are.
func (l *Lane) pageRoutes() []lane.Route {
	page := func(pattern, summary string, h func(http.ResponseWriter, *http.Request) error) lane.Route {
		return lane.Route{Pattern: pattern, Access: identity.Public, Class: admit.Normal, Summary: summary, Handler: lane.HTTP(h)}
	}
	posted := func(pattern, summary string, h func(http.ResponseWriter, *http.Request) error) lane.Route {
		r := page(pattern, summary, h)
		r.Effect, r.Class, r.Limits = lane.Write, admit.Critical, lane.Limits{Body: 16 << 10}
		return r
	}
	files := page(pageAssets().Pattern(), "Styles and modules of the pages", pageAssets().Serve)
	files.Class = admit.Bulk
	routes := []lane.Route{
		page("GET /waitlist/{list}", "A page: a list with its form", l.listPage),
		posted("POST /waitlist/{list}", "The list's form, sent without JavaScript", l.listPosted),
		page("GET /waitlist/embed/{list}", "The list's form, for a frame in another site", l.framePage),
		posted("POST /waitlist/embed/{list}", "The form in a frame, sent without JavaScript", l.framePosted),
		page("GET /waitlist/embed.js", "The script with which a site shows the form", l.embedScript),
		files,
	}
	return append(append(routes, l.myRoutes(page, posted)...), l.deskRoutes()...)
}

func (l *Lane) listPage(w http.ResponseWriter, r *http.Request) error { return l.showForm(w, r, false) }

func (l *Lane) framePage(w http.ResponseWriter, r *http.Request) error { return l.showForm(w, r, true) }

func (l *Lane) listPosted(w http.ResponseWriter, r *http.Request) error {
	return l.takeForm(w, r, false)
}

func (l *Lane) framePosted(w http.ResponseWriter, r *http.Request) error {
	return l.takeForm(w, r, true)
}

func (l *Lane) showForm(w http.ResponseWriter, r *http.Request, frame bool) error {
	list, err := l.List(r.PathValue("list"))
	if err != nil {
		return l.noList(w, r, err)
	}
	v := newForm(list, httpio.Language(r), r.URL.Query())
	v.Received = r.URL.Query().Get("received") == "1"
	return l.writeForm(w, r, list, v, frame, http.StatusOK)
}

// takeForm takes a form without JavaScript: what is wrong is said in the page, and success is a page of its own, so that loading it
// again sends nothing. Both are the same for every address.
func (l *Lane) takeForm(w http.ResponseWriter, r *http.Request, frame bool) error {
	slug, lang := r.PathValue("list"), httpio.Language(r)
	list, err := l.List(slug)
	if err != nil {
		return l.noList(w, r, err)
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what cannot be parsed is no form
	if media != "application/x-www-form-urlencoded" {
		return ErrForm
	}
	if err := r.ParseForm(); err != nil {
		return ErrInvalid.With(fault.Field{Rule: "must be a form that can be decoded, of at most 16 KiB"}).Because(err)
	}
	f, err := l.DecodeForm(slug, r.PostForm, lang)
	if err == nil {
		err = l.SignUp(r.Context(), slug, f)
	}
	if err == nil {
		back := keep(r.URL.Query(), "lang", "origin")
		back.Set("received", "1")
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, r.URL.EscapedPath()+"?"+back.Encode(), http.StatusSeeOther)
		return nil
	}
	v := newForm(list, lang, r.PostForm)
	if err := v.refuse(err); err != nil {
		return err
	}
	refusal := fault.From(err)
	if refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refusal.RetryAfter.Seconds()))))
	}
	return l.writeForm(w, r, list, v, frame, refusal.Kind.Status())
}

// keep takes of a query what is named.
func keep(q url.Values, names ...string) url.Values {
	kept := url.Values{}
	for _, name := range names {
		if q.Has(name) {
			kept.Set(name, q.Get(name))
		}
	}
	return kept
}

type listHead struct{ Title, Text, URL, Site, Locale string }

func (l *Lane) writeForm(w http.ResponseWriter, r *http.Request, list *List, v *formView, frame bool, status int) error {
	v.Action = "?" + keep(r.URL.Query(), "lang", "origin").Encode()
	if v.Action == "?" {
		v.Action = "?lang=" + v.Lang
	}
	page := lane.Page{Title: v.Name, Description: v.Text, Lang: v.Lang, Site: site(list, v.Lang), Use: []string{"form"}}
	name := "join"
	if frame {
		name = "frame"
		page.Bare, page.Frames = true, frameable(list.Origins)
		v.Bare, v.Parent = true, l.parent(list, r.URL.Query().Get("origin"))
	} else if list.ShowWaiting && !v.Received {
		n, err := l.kept.Waiting(r.Context(), list.Slug)
		if err != nil {
			return err
		}
		v.Waiting = grouped(n)
	}
	head := listHead{v.Name, v.Text, l.links.page(list.Slug), v.Site, v.Locale}
	if err := fill(&page, name, head, v); err != nil {
		return err
	}
	cache := "no-cache"
	if status != http.StatusOK || v.Received {
		cache = "no-store"
	}
	return l.write(w, page, status, map[string]string{"Cache-Control": cache})
}

func site(list *List, lang string) lane.Link {
	s := lane.Link{Title: siteOf(list, lang), URL: list.SiteURL}
	if s.URL == "" {
		s.URL = pagePath + list.Slug
	}
	return s
}

// noList is the page for a list that is not there.
func (l *Lane) noList(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.From(err).Kind != fault.NotFound {
		return err
	}
	words := pageWords[httpio.Language(r)]
	return l.writeNotice(w, nil, words, noticeView{Title: words.NoListTitle, Text: words.NoListText, Sign: "?"}, http.StatusNotFound)
}

// fill renders the parts of a page.
func fill(page *lane.Page, name string, head, body any) error {
	var b bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&b, name+"-head", head); err != nil {
		return err
	}
	page.Head = template.HTML(b.String()) //nolint:gosec // from a template
	b.Reset()
	if err := pageTemplates().ExecuteTemplate(&b, name, body); err != nil {
		return err
	}
	page.Body = template.HTML(b.String()) //nolint:gosec // from a template
	return nil
}

// write sends a page; its own headers go before those of the shell.
func (l *Lane) write(w http.ResponseWriter, page lane.Page, status int, header map[string]string) error {
	w.Header().Add("Vary", "Accept-Language")
	page.Status, page.Header = status, header
	return l.deps.Page(w, page)
}
