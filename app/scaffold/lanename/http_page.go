package lanename

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"sync"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
)

//go:embed web
var webFiles embed.FS

const (
	pagePath  = "/lanename"
	pageNotes = 20 // that the page shows
)

// pageTemplate is parsed once; it never changes.
var pageTemplate = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(webFiles, "web/page.html")) })

// words are the page's texts.
type words struct{ Title, Lede, None, Edited string }

var pageWords = map[string]words{
	"en": {"Notes", "What people wrote last.", "Nobody has written anything yet.", "edited"},
	"ko": {"메모", "최근에 올라온 메모예요.", "아직 아무도 메모를 남기지 않았어요.", "수정됨"},
}

// page shows the newest notes. What its parts look like stands in web/README.md.
func (l *Lane) page(w http.ResponseWriter, r *http.Request) error {
	notes, err := l.store.Before(r.Context(), newest, pageNotes)
	if err != nil {
		return err
	}
	lang := httpio.Language(r)
	var body bytes.Buffer
	err = pageTemplate().Execute(&body, struct {
		words
		Notes []Note
	}{pageWords[lang], notes})
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept-Language")
	title := pageWords[lang].Title
	return l.deps.Page(w, lane.Page{
		Title: title, Lang: lang, Site: lane.Link{Title: title, URL: pagePath},
		Body: template.HTML(body.String()), //nolint:gosec // from a template
	})
}
