package web

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"net/http"
)

// Page is one page inside the shell.
type Page struct {
	Title       string
	Description string        // for search engines and previews; may be empty
	Lang        string        // "en" or "ko"; empty: en
	Head        template.HTML // module scripts, further stylesheets, Open Graph
	Body        template.HTML
	Use         []string          // shared parts: "chart" is css/chart.css and js/chart.js, whichever of them there is
	Nav         []Link            // beside the name; may be empty
	Site        Link              // whose page this is: name and home in the place of Hotlane's own. Empty: a page for operators
	Bare        bool              // no head and foot: for a frame in another site
	Status      int               // of the answer; 0: 200
	Header      map[string]string // of the answer, before the shell's own
	Frames      []string          // origins that may frame it, "https://example.com"; "*": any. Empty: none
}

// Link is one entry of the navigation.
type Link struct {
	Text, URL string
	Current   bool
}

//go:embed shell.html
var shellText string

var shell = template.Must(template.New("shell").Parse(shellText))

type shellData struct {
	Page
	Stylesheet, Module string
	Parts              template.HTML
	Text               shellWords
}

// WholeTitle ends with the name of the site. The icon of a site's page is the site's own /favicon.ico.
func (d shellData) WholeTitle() string {
	name := d.Site.Text
	if name == "" {
		name = "Hotlane"
	}
	if d.Title == "" || d.Title == name {
		return name
	}
	return d.Title + " · " + name
}

type shellWords struct{ Skip, Footer, Theme, Pages, Other, OtherName string }

func words(lang string) shellWords {
	if lang == "ko" {
		return shellWords{
			Skip: "본문으로 건너뛰기", Footer: "느린 백엔드 앞에서 뜨거운 엔드포인트에 답합니다.", Theme: "밝기 바꾸기",
			Pages: "메뉴", Other: "en", OtherName: "English",
		}
	}
	return shellWords{
		Skip: "Skip to content", Footer: "Answers the hot endpoints in front of a slow backend.", Theme: "Switch light and dark",
		Pages: "Pages", Other: "ko", OtherName: "한국어",
	}
}

// Shell writes a whole page. Nothing is written when it fails: a part of Use that is not there, an entry of Frames that is not an
// origin. When w is an http.ResponseWriter, the security headers and the content type are set on it, then the page's own.
func Shell(w io.Writer, p Page) error {
	if p.Lang == "" {
		p.Lang = "en"
	}
	policy, err := policyFor(p.Frames)
	if err != nil {
		return err
	}
	parts, err := partLinks(p.Use)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = shell.Execute(&b, shellData{
		Page: p, Stylesheet: Asset("css/hotlane.css"), Module: Asset("js/shell.js"), Parts: parts, Text: words(p.Lang),
	})
	if err != nil {
		return err
	}
	if rw, ok := w.(http.ResponseWriter); ok {
		h := rw.Header()
		SecurityHeaders(h)
		if len(p.Frames) > 0 {
			h.Set("Content-Security-Policy", policy)
			h.Del("X-Frame-Options") // it knows no list of origins
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		for name, value := range p.Header {
			h.Set(name, value)
		}
		if p.Status != 0 {
			rw.WriteHeader(p.Status)
		}
	}
	_, err = b.WriteTo(w)
	return err
}
