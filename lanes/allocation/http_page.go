package allocation

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

//go:embed web
var webFiles embed.FS

const assetsPath = "/allocation/assets/"

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
		get(assetsPath+"{file...}", identity.Public, admit.Bulk, "Styles and module of the page", serveAsset),
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
	q := pageQuery(asked, l.schema, r.Header.Get("Accept-Language"))
	if l.deps.Demo && !asked.Has("user") && len(q.given) == 0 {
		q = pageQuery(asSomebody(asked), l.schema, r.Header.Get("Accept-Language"))
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
		Head: template.HTML(`<link rel="stylesheet" href="` + assetURL("allocation.css") + `">` + //nolint:gosec // our own paths
			`<script type="module" src="` + assetURL("allocation.js") + `"></script>`),
		Body: template.HTML(body.String()), //nolint:gosec // from a template
	})
}

// live answers with those parts of the page that are asked for, as they are now.
func (l *Lane) live(w http.ResponseWriter, r *http.Request) error {
	q := pageQuery(r.URL.Query(), l.schema, r.Header.Get("Accept-Language"))
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

// assetSet is what the page's styles and module are, and the hash by which browsers may keep them for good.
type assetSet struct {
	version string
	files   map[string][]byte
}

var assets = sync.OnceValue(func() assetSet {
	set, sum := assetSet{files: map[string][]byte{}}, sha256.New()
	for _, name := range []string{"allocation.css", "allocation.js"} {
		b, err := webFiles.ReadFile("web/" + name)
		if err != nil { // embedded: cannot happen
			panic(err)
		}
		set.files[name] = b
		sum.Write(b)
	}
	set.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return set
})

func assetURL(name string) string { return assetsPath + assets().version + "/" + name }

func serveAsset(w http.ResponseWriter, r *http.Request) error {
	set := assets()
	version, name := path.Split(r.PathValue("file"))
	body, ok := set.files[name]
	if !ok {
		return ErrNotFound
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if version == set.version+"/" { // another generation of the process may have another file under this name
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}[path.Ext(name)])
	h.Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(body)
	return err
}
