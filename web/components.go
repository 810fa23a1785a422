package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
)

//go:embed components
var componentFiles embed.FS

var componentText = template.Must(template.ParseFS(componentFiles, "components/*.html"))

// ComponentsUse are the parts that the page of components needs.
func ComponentsUse() []string {
	return []string{"form", "chart", "tabs", "dialog", "share", "table", "components"}
}

// Posted is the form among the components after it was posted without the module.
type Posted struct {
	Email   string // what was given
	Refused string // why it was not taken; empty: it was
	Joined  bool
}

// Components is the body of the page of all components: each live, with its HTML to copy. lang is "en" or "ko".
func Components(lang string, posted Posted) (template.HTML, error) {
	data := componentData{Lang: lang, Posted: posted}
	for _, g := range componentGroups() {
		shown := shownGroup{ID: g.id, Title: data.T(g.en, g.ko)}
		for _, c := range g.pieces {
			var b bytes.Buffer
			if err := componentText.ExecuteTemplate(&b, c.id, data); err != nil {
				return "", fmt.Errorf("component %s: %w", c.id, err)
			}
			shown.Pieces = append(shown.Pieces, shownPiece{
				ID: c.id, Title: data.T(c.en, c.ko), Note: data.T(c.noteEN, c.noteKO), Use: c.use, Source: b.String(),
				Live: template.HTML(b.String()), //nolint:gosec // from a template
			})
		}
		data.Groups = append(data.Groups, shown)
	}
	var b bytes.Buffer
	err := componentText.ExecuteTemplate(&b, "page", data)
	return template.HTML(b.String()), err //nolint:gosec // from a template
}

type componentData struct {
	Posted
	Lang   string
	Groups []shownGroup
}

type shownGroup struct {
	ID, Title string
	Pieces    []shownPiece
}

type shownPiece struct {
	ID, Title, Note, Use, Source string
	Live                         template.HTML
}

// T is the text in the page's language.
func (d componentData) T(en, ko string) string {
	if d.Lang == "ko" {
		return ko
	}
	return en
}
