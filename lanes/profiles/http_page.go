package profiles

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/assets"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

//go:embed web
var webFiles embed.FS

const assetsPrefix = "/profiles/assets"

// finder is what pages and pictures ask for profiles.
type finder interface {
	ByUsername(ctx context.Context, source, username string) (*Profile, error)
	ByID(ctx context.Context, source, id string) (*Profile, error)
}

// pages are what people see of profiles, at /@username.
type pages struct {
	cfg       PageConfig
	source    string // whose people they are
	title     string // what people know the source by
	maxAge    time.Duration
	find      finder
	deps      lane.Deps
	assets    *assets.Set
	templates *template.Template
}

// newPages makes the pages of one source's people, none where source is "". Others may keep what is fresh for maxAge. It does no I/O.
func newPages(cfg PageConfig, source, title string, maxAge time.Duration, find finder, deps lane.Deps) *pages {
	p := &pages{cfg: cfg, source: source, title: title, maxAge: maxAge, find: find, deps: deps, assets: assets.New(lane.Folder(webFiles, "web"), assetsPrefix, "profile.css", "profile.js", "desk.css", "desk.js")}
	p.templates = template.Must(template.New("").Funcs(template.FuncMap{"asset": p.assets.URL}).ParseFS(webFiles, "web/*.html"))
	return p
}

// routes take /@username only where there is somebody to show: without a source those paths are left to the site's backend.
func (p *pages) routes() []lane.Route {
	all := []lane.Route{{
		Pattern: p.assets.Pattern(), Access: identity.Public, Class: admit.Bulk, Summary: "Styles and modules of the pages",
		Handler: lane.HTTP(func(w http.ResponseWriter, r *http.Request) error { p.assets.ServeHTTP(w, r); return nil }),
	}}
	if p.source != "" {
		all = append(all, lane.Route{
			Pattern: "GET /@{username}", Access: identity.Public, Class: admit.Normal,
			Summary: "A page: one person's profile", Handler: lane.HTTP(p.page),
		})
	}
	return all
}

func (p *pages) url() string {
	if p.deps.URL == nil {
		return ""
	}
	return p.deps.URL()
}

// site is the name that stands over the pages.
func (p *pages) site() string {
	if p.cfg.Site != "" {
		return p.cfg.Site
	}
	u, err := url.Parse(p.url())
	if err != nil || u.Host == "" {
		return "Hotlane"
	}
	return u.Host
}

// page shows one person. Who was erased, who never was, and what cannot be a name are one and the same page.
func (p *pages) page(w http.ResponseWriter, r *http.Request) error {
	asked, lang := r.PathValue("username"), httpio.Language(r)
	one, err := p.find.ByUsername(r.Context(), p.source, asked)
	switch f := fault.From(err); {
	case err == nil && one.Username != asked && strings.EqualFold(one.Username, asked):
		p.redirect(w, r, one)
		return nil
	case err == nil:
		return p.show(w, r, p.view(one, lang), one)
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrName), errors.Is(err, ErrSource):
		return p.gone(w, r, lang)
	case f.Kind == fault.Unavailable, f.Kind == fault.BadGateway, f.Kind == fault.Timeout, f.Kind == fault.Limited:
		return p.later(w, r, lang, f.RetryAfter)
	default:
		return err
	}
}

// redirect leads to the way in which the source writes the name. It stays on this site whatever the name is, and it ends: what it
// leads to is the very name that ends it.
func (p *pages) redirect(w http.ResponseWriter, r *http.Request, one *Profile) {
	to := profilePath(one.Username)
	if lang := r.URL.Query().Get("lang"); lang == "ko" || lang == "en" {
		to += "?lang=" + lang
	}
	w.Header().Set("Cache-Control", p.freshness(one))
	http.Redirect(w, r, to, http.StatusMovedPermanently)
}

// freshness is the Cache-Control of what is made of a profile: nobody who was erased is shown for longer than that.
func (p *pages) freshness(one *Profile) string { return keepFor(min(one.Fresh, p.maxAge)) }

// keepFor lets all keep an answer for so long.
func keepFor(d time.Duration) string {
	if d < time.Second {
		return "no-cache"
	}
	return "public, max-age=" + strconv.Itoa(int(d/time.Second))
}

func (p *pages) show(w http.ResponseWriter, r *http.Request, v *view, one *Profile) error {
	page := lane.Page{Title: v.Title(), Description: v.Description, Lang: v.Lang, Site: p.link()}
	if err := p.fill(&page, "profile", v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", p.freshness(one))
	if v.NoIndex {
		h.Set("X-Robots-Tag", "noindex")
	}
	return p.write(w, r, http.StatusOK, page)
}

func (p *pages) link() lane.Link { return lane.Link{Title: p.site(), URL: p.cfg.Home} }

// fill renders the parts of a page.
func (p *pages) fill(page *lane.Page, name string, data any) error {
	head := name + "-head"
	if p.templates.Lookup(head) == nil {
		head = "other-head"
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, head, data); err != nil {
		return err
	}
	page.Head = template.HTML(b.String()) //nolint:gosec // from a template
	b.Reset()
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	page.Body = template.HTML(b.String()) //nolint:gosec // from a template
	return nil
}

type otherView struct {
	*words
	HomeURL, Again, Wait string
}

func (p *pages) gone(w http.ResponseWriter, r *http.Request, lang string) error {
	v := otherView{words: pageWords[lang], HomeURL: p.cfg.Home}
	page := lane.Page{Title: v.GoneTitle, Lang: lang, Site: p.link()}
	if err := p.fill(&page, "gone", v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", keepFor(min(p.maxAge, 15*time.Second)))
	h.Set("X-Robots-Tag", "noindex")
	return p.write(w, r, http.StatusNotFound, page)
}

// later says when to come back: between a second and a day, half a minute where nobody knows.
func (p *pages) later(w http.ResponseWriter, r *http.Request, lang string, wait time.Duration) error {
	if wait <= 0 {
		wait = 30 * time.Second
	}
	wait = min(max(wait, time.Second), 24*time.Hour)
	v := otherView{words: pageWords[lang], HomeURL: p.cfg.Home, Again: "?lang=" + lang}
	v.Wait = fmt.Sprintf(v.LaterRetry, v.in(wait))
	page := lane.Page{Title: v.LaterTitle, Lang: lang, Site: p.link()}
	if err := p.fill(&page, "later", v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	return p.write(w, r, http.StatusServiceUnavailable, page)
}

// write sends a page with a tag of all that is in it: the document, the words, the templates, and the shell of this generation.
func (p *pages) write(w http.ResponseWriter, r *http.Request, status int, page lane.Page) error {
	whole := pageBuffer{header: w.Header()}
	if err := p.deps.Page(&whole, page); err != nil {
		return err
	}
	h := w.Header()
	h.Add("Vary", "Accept-Language")
	if status == http.StatusOK {
		sum := sha256.Sum256(whole.Bytes())
		h.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
		if sameTag(r.Header.Values("If-None-Match"), h.Get("ETag")) {
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Length", strconv.Itoa(whole.Len()))
	w.WriteHeader(status)
	_, _ = whole.WriteTo(w) // the client may be gone
	return nil
}

// pageBuffer keeps a page until its tag and its status are known.
type pageBuffer struct {
	bytes.Buffer
	header http.Header
}

func (b *pageBuffer) Header() http.Header { return b.header }
func (b *pageBuffer) WriteHeader(int)     {}

// sameTag reports whether If-None-Match has the tag (RFC 9110, section 13.1.2: weakly).
func sameTag(header []string, tag string) bool {
	for _, line := range header {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}
