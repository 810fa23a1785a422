package papers

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lanes/papers/board"
	"github.com/hotlane/hotlane/platform/blob"
)

// Export is a paper as a file that opens without us: nothing in it asks anybody for anything.
type Export struct {
	Type, Name string

	s      *Service
	paper  string
	lang   string
	made   time.Time
	doc    *board.Document
	json   bool
	closed func()
}

// Keep writes a document as HTML. picture gives the pictures that its notes name.
type Keep func(w io.Writer, doc *board.Document, lang string, at time.Time, picture func(name string) (media string, body []byte, err error)) error

// Export makes one, as html or json, in a language ("": the paper's), without hidden notes; whoever asks closes it. Errors: as of enter;
// ErrFormat, ErrExports.
func (s *Service) Export(ctx context.Context, by Caller, link, format, lang string) (*Export, error) {
	if format != "html" && format != "json" {
		return nil, ErrFormat
	}
	if !s.exports.take(by.Client) {
		return nil, ErrExports
	}
	e := &Export{s: s, lang: lang, json: format == "json", made: s.now(), closed: func() { s.exports.give(by.Client) }}
	if err := e.read(ctx, by, link); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

func (e *Export) read(ctx context.Context, by Caller, link string) error {
	a, err := e.s.enter(ctx, by, link)
	if err != nil {
		return err
	}
	w, err := e.s.whole(ctx, a, board.Kept)
	if err != nil {
		return err
	}
	e.paper, e.doc = a.ID, w.Document
	fill(&e.lang, a.Lang)
	e.Type, e.Name = "text/html; charset=utf-8", fileName(w.Title)+".html"
	if e.json {
		e.Type, e.Name = "application/json", fileName(w.Title)+".json"
	}
	return e.withoutLost(ctx)
}

// withoutLost takes pictures out of the document that are not kept any more.
func (e *Export) withoutLost(ctx context.Context) error {
	kept, err := e.s.images.List(ctx, e.paper)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, one := range kept {
		there[one.ID] = true
	}
	for i := range e.doc.Notes {
		if n := &e.doc.Notes[i]; !there[imageID(n.Image)] {
			n.Image = ""
		}
	}
	return nil
}

// Close gives its place to the next.
func (e *Export) Close() { e.closed() }

// fileName is a title without what file systems do not like.
func fileName(title string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|%`, r) || r < ' ' {
			return '-'
		}
		return r
	}, title)
	if clean = strings.Trim(clean, " .-"); clean == "" {
		return "paper"
	}
	return clean
}

// Write writes it. Pictures are read one by one.
func (e *Export) Write(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var err error
	if e.json {
		err = e.writeJSON(ctx, out)
	} else {
		err = e.s.keep(out, e.doc, e.lang, e.made, func(name string) (string, []byte, error) { return e.picture(ctx, name) })
	}
	return errors.Join(err, out.Flush())
}

func (e *Export) picture(ctx context.Context, name string) (media string, body []byte, err error) {
	body, info, err := blob.ReadAll(ctx, e.s.images, blob.Key{Group: e.paper, ID: imageID(name)})
	return info.Type, body, err
}

// writeJSON writes the document, and its pictures by their names: {"document":{…},"images":{"<name>":"data:…"}}.
func (e *Export) writeJSON(ctx context.Context, w *bufio.Writer) error {
	doc, err := json.Marshal(e.doc)
	if err != nil {
		return err
	}
	_, _ = w.WriteString(`{"document":`) // errors of w come with Flush
	_, _ = w.Write(doc)
	_, _ = w.WriteString(`,"images":{`)
	written := map[string]bool{"": true}
	for _, n := range e.doc.Notes {
		if written[n.Image] {
			continue
		}
		if len(written) > 1 {
			_ = w.WriteByte(',')
		}
		written[n.Image] = true
		media, body, err := e.picture(ctx, n.Image)
		if err != nil {
			return err
		}
		_, _ = w.WriteString(`"` + n.Image + `":"data:` + media + ";base64," + base64.StdEncoding.EncodeToString(body) + `"`)
	}
	_, err = w.WriteString("}}\n")
	return err
}
