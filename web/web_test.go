package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAssets(t *testing.T) {
	const etag = "" // any
	first := httptest.NewRecorder()
	Handler().ServeHTTP(first, httptest.NewRequest(http.MethodGet, Asset("css/hotlane.css"), nil))
	tests := []struct {
		name, path, match string
		status            int
		cache             string
	}{
		{"versioned", Asset("css/hotlane.css"), etag, 200, "public, max-age=31536000, immutable"},
		{"prefix stripped by a router", strings.TrimPrefix(Asset("js/shell.js"), Prefix), etag, 200, "public, max-age=31536000, immutable"},
		{"without a version", Prefix + "/css/hotlane.css", etag, 200, "no-cache"},
		{"of another generation", Prefix + "/0123456789abcdef/css/hotlane.css", etag, 200, "no-cache"},
		{"unchanged", Asset("css/hotlane.css"), first.Header().Get("ETag"), 304, "public, max-age=31536000, immutable"},
		{"unknown", Prefix + "/css/none.css", etag, 404, "no-store"},
		{"folder", Prefix + "/css/", etag, 404, "no-store"},
		{"outside", Prefix + "/../shell.html", etag, 404, "no-store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.Path = tt.path
			r.Header.Set("If-None-Match", tt.match)
			w := httptest.NewRecorder()
			Handler().ServeHTTP(w, r)
			if w.Code != tt.status || w.Header().Get("Cache-Control") != tt.cache {
				t.Errorf("%d, %q; want %d, %q", w.Code, w.Header().Get("Cache-Control"), tt.status, tt.cache)
			}
			if tt.status == 200 && (w.Body.Len() == 0 || w.Header().Get("ETag") == "") {
				t.Error("no body or no ETag")
			}
		})
	}
}

func TestShell(t *testing.T) {
	w := httptest.NewRecorder()
	err := Shell(w, Page{Title: "<b>", Lang: "ko", Body: "<h1>안녕</h1>", Nav: []Link{{Text: "API", URL: "/_hotlane/docs", Current: true}}})
	if err != nil {
		t.Fatal(err)
	}
	page := w.Body.String()
	for _, want := range []string{
		"<!doctype html>", `<html lang="ko">`, "&lt;b&gt; · Hotlane", "<h1>안녕</h1>", "본문으로 건너뛰기", Asset("css/hotlane.css"),
		`aria-current="page"`, `<main id="main"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{" style=", "<style", "onclick", "<script>"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s, which its policy forbids", never)
		}
	}
	if got := w.Header().Get("Content-Security-Policy"); got != Policy {
		t.Errorf("policy %q", got)
	}
}
