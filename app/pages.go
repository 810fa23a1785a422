package app

import (
	"io"
	"net/http"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/web"
)

// page writes a page inside the shell that all pages share, with its headers where w is an answer; lanes get it in their Deps.
func page(w io.Writer, p lane.Page) error {
	return web.Shell(w, web.Page{Title: p.Title, Lang: p.Lang, Head: p.Head, Body: p.Body})
}

func docs(d *httpio.Document) http.Handler { return httpio.Docs(d) }
