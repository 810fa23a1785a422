package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"strings"
)

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

// partLinks are the tags of shared parts: of each its stylesheet, its module, or both.
func partLinks(parts []string) (template.HTML, error) {
	var names []string
	for _, part := range parts {
		before := len(names)
		for _, name := range []string{"css/" + part + ".css", "js/" + part + ".js"} {
			if _, err := fs.Stat(Files, name); err == nil {
				names = append(names, name)
			}
		}
		if len(names) == before {
			return "", fmt.Errorf("web: there is no part %q", part)
		}
	}
	return Links(names...), nil
}
