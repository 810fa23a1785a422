package web

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"strings"
)

// Policy is the Content-Security-Policy of every page.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// SecurityHeaders sets what every page is sent with.
func SecurityHeaders(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// Page is one page inside the shell.
type Page struct {
	Title string
	Lang  string        // "en" or "ko"; empty: en
	Head  template.HTML // module scripts and further stylesheets
	Body  template.HTML
	Nav   []Link // beside the name; may be empty
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
	Text               shellWords
}

type shellWords struct{ Skip, Footer, Theme string }

func words(lang string) shellWords {
	if lang == "ko" {
		return shellWords{Skip: "본문으로 건너뛰기", Footer: "느린 백엔드 앞에서 뜨거운 엔드포인트에 답합니다.", Theme: "밝기 바꾸기"}
	}
	return shellWords{Skip: "Skip to content", Footer: "Answers the hot endpoints in front of a slow backend.", Theme: "Switch light and dark"}
}

// Links are the tags, for a page's head, of stylesheets and modules: "css/docs.css", "js/docs.js".
func Links(names ...string) template.HTML {
	var b strings.Builder
	for _, name := range names {
		at := template.HTMLEscapeString(Asset(name))
		if strings.HasSuffix(name, ".css") {
			b.WriteString(`<link rel="stylesheet" href="` + at + `">` + "\n")
		} else {
			b.WriteString(`<script type="module" src="` + at + `"></script>` + "\n")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// Shell writes a whole page. Nothing is written when it fails. When w is an http.ResponseWriter, SecurityHeaders and the content
// type are set on it.
func Shell(w io.Writer, p Page) error {
	if p.Lang == "" {
		p.Lang = "en"
	}
	var b bytes.Buffer
	err := shell.Execute(&b, shellData{Page: p, Stylesheet: Asset("css/hotlane.css"), Module: Asset("js/shell.js"), Text: words(p.Lang)})
	if err != nil {
		return err
	}
	if rw, ok := w.(http.ResponseWriter); ok {
		SecurityHeaders(rw.Header())
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	_, err = b.WriteTo(w)
	return err
}
