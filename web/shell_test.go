package web

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestShellOfASite(t *testing.T) {
	var b bytes.Buffer
	err := Shell(&b, Page{Title: "하루", Lang: "ko", Description: `Says "hi" & more`, Site: Link{Text: "Paper <3", URL: "https://paper.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"<title>하루 · Paper &lt;3</title>", `<meta name="description" content="Says &#34;hi&#34; &amp; more">`,
		`<a class="brand" href="https://paper.example/">Paper &lt;3</a>`, `hreflang="en"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"Hotlane", "/_hotlane/docs", `rel="icon"`} {
		if strings.Contains(page, never) {
			t.Errorf("a site's page has %s", never)
		}
	}
}

func TestShellBare(t *testing.T) {
	w := httptest.NewRecorder()
	if err := Shell(w, Page{Title: "Join", Bare: true, Frames: []string{"https://a.example", "http://b.example:8080"}, Body: "<p>x</p>"}); err != nil {
		t.Fatal(err)
	}
	if page := w.Body.String(); strings.Contains(page, "<header") || strings.Contains(page, "<footer") || !strings.Contains(page, "<p>x</p>") {
		t.Errorf("a bare page has a head or a foot, or lacks its body:\n%s", page)
	}
}

func TestFrames(t *testing.T) {
	tests := []struct {
		frames    []string
		ancestors string // empty: refused
		options   string // X-Frame-Options
	}{
		{nil, "'none'", "DENY"},
		{[]string{"*"}, "*", ""},
		{[]string{"https://a.example", "http://localhost:3000"}, "'self' https://a.example http://localhost:3000", ""},
		{[]string{"https://*.a.example"}, "'self' https://*.a.example", ""},
		{[]string{"https://a.example", "*"}, "*", ""},
		{[]string{"https://a.example/"}, "", ""},
		{[]string{"https://a.example; script-src *"}, "", ""},
		{[]string{"https://a.example;script-src"}, "", ""},
		{[]string{"https://a.example,b"}, "", ""},
		{[]string{"https://u:p@a.example"}, "", ""},
		{[]string{"a.example"}, "", ""},
		{[]string{"javascript://a"}, "", ""},
		{[]string{"https://a.*"}, "", ""},
		{[]string{""}, "", ""},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.frames, " "), func(t *testing.T) {
			w := httptest.NewRecorder()
			err := Shell(w, Page{Title: "x", Frames: tt.frames})
			if tt.ancestors == "" {
				if err == nil || w.Body.Len() > 0 {
					t.Fatalf("it was written: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(got, "; frame-ancestors "+tt.ancestors) ||
				!strings.HasPrefix(got, "default-src 'none'; script-src 'self'; ") {
				t.Errorf("policy %q", got)
			}
			if got := w.Header().Get("X-Frame-Options"); got != tt.options {
				t.Errorf("X-Frame-Options %q, want %q", got, tt.options)
			}
		})
	}
}

func TestUse(t *testing.T) {
	var b bytes.Buffer
	if err := Shell(&b, Page{Title: "x", Use: []string{"docs"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{Asset("css/docs.css"), Asset("js/docs.js")} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	b.Reset()
	if err := Shell(&b, Page{Title: "x", Use: []string{"none"}}); err == nil || b.Len() > 0 {
		t.Error("a part that is not there is used")
	}
}
