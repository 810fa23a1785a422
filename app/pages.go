package app

import (
	"io"
	"net/http"
	"sync"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/web"
)

// page writes a page inside the shell that all pages share, with its headers where w is an answer; lanes get it in their Deps.
func page(w io.Writer, p lane.Page) error {
	whole := web.Page{
		Title: p.Title, Description: p.Description, Lang: p.Lang, Head: p.Head, Body: p.Body, Use: p.Use,
		Site: link(p.Site), Bare: p.Bare, Status: p.Status, Header: p.Header, Frames: p.Frames,
	}
	for _, l := range p.Nav {
		whole.Nav = append(whole.Nav, link(l))
	}
	return web.Shell(w, whole)
}

func link(l lane.Link) web.Link { return web.Link{Text: l.Title, URL: l.URL, Current: l.Current} }

// docs is the page that describes the lanes' API.
type docs struct {
	mu       sync.Mutex // a document is for one goroutine
	document *httpio.Document
}

func (d *docs) page(w http.ResponseWriter, r *http.Request) error {
	lang := httpio.Language(r)
	base := "http://" + r.Host
	if secure(r) {
		base = "https://" + r.Host
	}
	d.mu.Lock()
	body, err := d.document.Page(base, lang)
	d.mu.Unlock()
	if err != nil {
		return err
	}
	title := map[string]string{"en": "The API", "ko": "API 설명"}[lang]
	return page(w, lane.Page{Title: title, Lang: lang, Body: body, Use: []string{"docs"}, Nav: ownPages(lang, "/_hotlane/docs")})
}
