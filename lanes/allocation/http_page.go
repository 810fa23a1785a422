package allocation

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
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

// pageAssets are the styles and the module of the page.
var pageAssets = sync.OnceValue(func() *assets.Set {
	return assets.New(webFiles, "/allocation/assets", "web/allocation.css", "web/allocation.js")
})

// pageRoutes are the operators' page and what it is made of. A demo's page is for all: it shows sample data and changes nothing.
func (l *Lane) pageRoutes() []lane.Route {
	who := identity.Admin
	if l.deps.Demo {
		who = identity.Public
	}
	get := func(path string, access identity.Access, class admit.Class, summary string, h func(http.ResponseWriter, *http.Request) error) lane.Route {
		return lane.Route{Pattern: "GET " + path, Access: access, Class: class, Summary: summary, Handler: lane.HTTP(h)}
	}
	return []lane.Route{
		get("/allocation", who, admit.Normal, "A page: what is allocated now, budgets, and why", l.page),
		get("/allocation/live", who, admit.Bulk, "What has changed on the page, as JSON", l.live),
		{
			Pattern: pageAssets().Pattern(), Access: identity.Public, Class: admit.Bulk,
			Summary: "Styles and module of the page", Handler: lane.HTTP(pageAssets().Serve),
		},
		get(picturePath+"{name}", identity.Public, admit.Bulk, "A placeholder picture for a name", servePicture),
	}
}

// pageTemplates is parsed once; it never changes.
var pageTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(webFiles, "web/*.html"))
})

// The parts of the page that change by themselves.
var pageParts = []string{"stats", "now", "budgets", "explain"}

func (l *Lane) page(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	lang := httpio.Language(r)
	q := pageQuery(asked, l.schema, lang)
	if l.deps.Demo && !asked.Has("user") && len(q.given) == 0 {
		q = pageQuery(asSomebody(asked), l.schema, lang)
	}
	v, err := l.look(r.Context(), q, pageParts)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&body, "page.html", v); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Vary", "Accept-Language")
	return l.deps.Page(w, lane.Page{
		Title: v.Words.Title, Lang: v.Lang,
		Head: template.HTML(`<link rel="stylesheet" href="` + pageAssets().URL("web/allocation.css") + `">` + //nolint:gosec // our own paths
			`<script type="module" src="` + pageAssets().URL("web/allocation.js") + `"></script>`),
		Body: template.HTML(body.String()), //nolint:gosec // from a template
	})
}

// live answers with those parts of the page that are asked for, as they are now.
func (l *Lane) live(w http.ResponseWriter, r *http.Request) error {
	q := pageQuery(r.URL.Query(), l.schema, httpio.Language(r))
	parts := strings.Split(r.URL.Query().Get("parts"), ",")
	for _, name := range parts {
		if !slices.Contains(pageParts, name) {
			return fault.New(fault.Invalid, "allocation.page_part", "There is no such part of the page.").
				With(fault.Field{Pointer: "query:parts", Rule: "must be of " + strings.Join(pageParts, ", ") + ", by comma"})
		}
	}
	v, err := l.look(r.Context(), q, parts)
	if err != nil {
		return err
	}
	out := struct {
		At    int64             `json:"at_ms"`
		Parts map[string]string `json:"parts"`
	}{l.now().UnixMilli(), map[string]string{}}
	for _, name := range parts {
		var b bytes.Buffer
		if err := pageTemplates().ExecuteTemplate(&b, name, v); err != nil {
			return err
		}
		out.Parts[name] = b.String()
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false) // it is JSON, never part of a page
	return e.Encode(out)
}

// servePicture needs no more than the name: a picture is the same everywhere and always.
func servePicture(w http.ResponseWriter, r *http.Request) error {
	svg := picture(r.PathValue("name"))
	if svg == nil {
		return ErrNotFound
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "public, max-age=86400")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(svg)
	return err
}
