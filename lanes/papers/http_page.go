package papers

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"math"
	"net/http"
	"strconv"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/assets"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

//go:embed web
var webFiles embed.FS

const assetsPrefix = "/papers/assets"

// pages are what people see: where papers are made, and each paper.
type pages struct {
	read      func(ctx context.Context, link string) (*Whole, error)
	deps      lane.Deps
	assets    *assets.Set
	templates *template.Template
	keptStyle template.CSS
}

// newPages makes the pages. read gives a paper to whoever has the link, as GET /v1/papers/{link} does. It does no I/O.
func newPages(deps lane.Deps, read func(ctx context.Context, link string) (*Whole, error)) *pages {
	p := &pages{read: read, deps: deps, assets: assets.New(lane.Folder(webFiles, "web"), assetsPrefix, webAssets()...)}
	p.templates = template.Must(template.New("").Option("missingkey=error").Funcs(template.FuncMap{"asset": p.assets.URL}).ParseFS(webFiles, "web/*.html"))
	style, err := keptStyle(webFiles)
	if err != nil { // a file of the program's own
		panic(err)
	}
	p.keptStyle = style
	return p
}

func webAssets() []string {
	return []string{
		"paper.css", "paper-board.css", "papers.css", "home.js", "board.js", "fold.js", "place.js", "slips.js", "hand.js", "composer.js", "people.js", "api.js", "mine.js", "words.js",
		"menu.js", "owner.js", "look.js", "live-board.js", "status.js",
	}
}

func (p *pages) routes() []lane.Route {
	return []lane.Route{
		{
			Pattern: p.assets.Pattern(), Access: identity.Public, Class: admit.Bulk, Summary: "Styles and modules of the pages",
			Handler: lane.HTTP(p.assets.Serve),
		},
		{
			Pattern: "GET /papers", Access: identity.Public, Class: admit.Normal, Summary: "A page: make a paper, and see those of this browser",
			Handler: lane.HTTP(p.home),
		},
		{
			Pattern: "GET /papers/{link}", Access: identity.Known, Class: admit.Normal, Summary: "A page: the paper, to write on or to read",
			Handler: lane.HTTP(p.paper),
		},
	}
}

func site(lang string) lane.Link {
	return lane.Link{Title: pageWords[lang]["site"], URL: "/papers?lang=" + lang}
}

func (p *pages) home(w http.ResponseWriter, r *http.Request) error {
	lang := httpio.Language(r)
	v := newHome(lang)
	page := lane.Page{Title: v.T["homeTitle"], Description: v.T["homeLede"], Lang: lang, Site: site(lang), Use: []string{"form"}}
	if err := p.fill(&page, "home", v); err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept-Language")
	return p.deps.Page(w, page)
}

// paper shows one paper. What is refused is a page of its own.
func (p *pages) paper(w http.ResponseWriter, r *http.Request) error {
	lang, link := httpio.Language(r), r.PathValue("link")
	whole, err := p.read(r.Context(), link)
	if err != nil {
		return p.refuse(w, lang, link, err)
	}
	v := newPaper(whole, link, lang, p.deps.URL())
	page := lane.Page{
		Title: v.Paper.Title, Description: v.Invites, Lang: lang, Site: site(lang), Use: []string{"form", "dialog", "share", "channel"},
		Header: secret(),
	}
	if v.Paper.State != board.Open {
		page.Use = []string{"form", "dialog", "share"}
	}
	if err := p.fill(&page, "board", v); err != nil {
		return err
	}
	return p.deps.Page(w, page)
}

// secret are the headers of pages whose path is a secret: nobody keeps them, indexes them, or is told the path.
func secret() map[string]string {
	return map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Vary": "Accept-Language, Authorization"}
}

type otherView struct{ Title, Text, URL, Button string }

// refuse says it in words for people; what is our own mistake is the caller's.
func (p *pages) refuse(w http.ResponseWriter, lang, link string, err error) error {
	t := pageWords[lang]
	header := secret()
	v, status := otherView{t["goneTitle"], t["gone"], "/papers?lang=" + lang, t["makeOne"]}, http.StatusNotFound
	switch f := fault.From(err); {
	case errors.Is(err, ErrNotDelivered):
		v, status = otherView{t["notYetTitle"], t["notYet"], "?lang=" + lang, t["again"]}, http.StatusForbidden
	case errors.Is(err, ErrNotInvited):
		v, status = otherView{t["notInvitedTitle"], t["notInvited"], "/papers?lang=" + lang, t["makeOne"]}, http.StatusForbidden
	case f.Kind == fault.NotFound || f.Kind == fault.Gone || f.Kind == fault.Invalid:
	case f.Kind == fault.Limited || f.Kind == fault.Unavailable || f.Kind == fault.Timeout || f.Kind == fault.Conflict:
		v, status = otherView{t["busyTitle"], t["busy"], "?lang=" + lang, t["again"]}, f.Kind.Status()
		if f.RetryAfter > 0 {
			header["Retry-After"] = strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds())))
		}
	default:
		return err
	}
	page := lane.Page{Title: v.Title, Lang: lang, Site: site(lang), Status: status, Header: header}
	if err := p.fill(&page, "other", v); err != nil {
		return err
	}
	return p.deps.Page(w, page)
}

// fill renders the parts of a page.
func (p *pages) fill(page *lane.Page, name string, data any) error {
	for part, to := range map[string]*template.HTML{name + "-head": &page.Head, name: &page.Body} {
		var b bytes.Buffer
		if err := p.templates.ExecuteTemplate(&b, part, data); err != nil {
			return err
		}
		*to = template.HTML(b.String()) //nolint:gosec // from a template
	}
	return nil
}
