package notify

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	html "html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	text "text/template"
)

//go:embed frame.html
var frame string

// languages that every mail speaks.
var languages = []string{"en", "ko"}

var templateFile = regexp.MustCompile(`^([a-z][a-z0-9_-]*)\.(en|ko)\.(txt|html)$`)

// Templates of mails, in all languages. They are safe for use by many goroutines.
type Templates struct{ mails map[string]*template }

// template of one mail in one language.
type template struct {
	subject, text *text.Template
	html          *html.Template
}

// ParseTemplates reads, for every name in dir, <name>.<lang>.txt, whose first line is "Subject: …", and <name>.<lang>.html, both in
// Korean and in English. Anything missing, and any other file, is an error: what is wrong shows when the process starts.
//
// A text is a text/template, an HTML file an html/template, which may use the frame that mails share: it defines "content", and
// "footer" where there is something to say there, and ends with {{template "frame" .}}. In all of them {{lang}} is the language; in HTML
// {{template "button" (button .URL "Confirm")}} is a link that looks like one.
func ParseTemplates(fsys fs.FS, dir string) (*Templates, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		found := templateFile.FindStringSubmatch(e.Name())
		if found == nil {
			return nil, fmt.Errorf("%s: must be <name>.<lang>.txt or .html", path.Join(dir, e.Name()))
		}
		names = append(names, found[1])
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: there are no templates", dir)
	}
	t := &Templates{mails: map[string]*template{}}
	for _, name := range slices.Compact(names) { // ReadDir sorts
		for _, lang := range languages {
			file := name + "." + lang
			if t.mails[file], err = parseTemplate(fsys, path.Join(dir, file), lang); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func parseTemplate(fsys fs.FS, file, lang string) (*template, error) {
	words, err := fs.ReadFile(fsys, file+".txt")
	if err != nil {
		return nil, err
	}
	markup, err := fs.ReadFile(fsys, file+".html")
	if err != nil {
		return nil, err
	}
	first, body, _ := strings.Cut(strings.ReplaceAll(string(words), "\r\n", "\n"), "\n")
	subject, ok := strings.CutPrefix(first, "Subject: ")
	if !ok || strings.TrimSpace(subject) == "" {
		return nil, fmt.Errorf("%s.txt: the first line must be Subject: and the subject", file)
	}
	says := func() string { return lang }
	t := &template{}
	var errs [4]error
	plain := text.New(file + ".txt").Option("missingkey=error").Funcs(text.FuncMap{"lang": says})
	t.text, errs[0] = plain.Parse(strings.TrimLeft(body, "\n"))
	t.subject, errs[1] = text.New(file + ".txt subject").Option("missingkey=error").Funcs(text.FuncMap{"lang": says}).Parse(subject)
	shared, err := html.New("shared").Option("missingkey=error").Funcs(html.FuncMap{"lang": says, "button": newButton}).Parse(frame)
	errs[2] = err
	if err == nil {
		t.html, errs[3] = shared.New(file + ".html").Parse(string(markup))
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return t, nil
}

type button struct{ URL, Text string }

func newButton(url, text string) button { return button{url, text} }

// Mail fills the template of that name in that language, English where it is neither ko nor en. What the template names and the data
// does not have is an error.
func (t *Templates) Mail(name, lang string, data any) (Mail, error) {
	if !slices.Contains(languages, lang) {
		lang = "en"
	}
	m := t.mails[name+"."+lang]
	if m == nil {
		return Mail{}, fmt.Errorf("notify: there is no mail %q", name)
	}
	var subject, words, markup bytes.Buffer
	if err := errors.Join(m.subject.Execute(&subject, data), m.text.Execute(&words, data), m.html.Execute(&markup, data)); err != nil {
		return Mail{}, fmt.Errorf("notify: mail %s: %w", name, err)
	}
	return Mail{Subject: subject.String(), Text: words.String(), HTML: markup.String(), Lang: lang}, nil
}
