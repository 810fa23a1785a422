package app

import (
	"bytes"
	"html/template"
	"net/http"
	"regexp"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/notify"
)

const (
	mailboxPath  = "/_hotlane/mail"
	mailboxShows = 50
)

// mailbox is the page of mails that became files because there is no SMTP server. A demo's is for all: there one reads what the lanes
// would have sent.
func (h *house) mailbox() []lane.Route {
	files, ok := h.mail.(*notify.Files)
	if !ok {
		return nil
	}
	access := identity.Admin
	if h.demo {
		access = identity.Public
	}
	return []lane.Route{{
		Pattern: "GET " + mailboxPath, Access: access, Summary: "The newest mails, where no SMTP server sends them.",
		Handler: httpio.HTTP(func(w http.ResponseWriter, r *http.Request) error { return mailboxPage(w, r, files) }),
	}}
}

type mailboxText struct{ Title, Lede, Empty string }

var mailboxTexts = map[string]mailboxText{
	"en": {"Mail", "No SMTP server is configured, so mails are kept as files. These are the newest.", "No mail has been written yet."},
	"ko": {"메일", "SMTP 서버가 설정되어 있지 않아 메일을 파일로 보관합니다. 최근 메일부터 보여 줍니다.", "아직 보낸 메일이 없습니다."},
}

// piece is a part of a mail's text: a link where it is one.
type piece struct{ Text, URL string }

type letter struct {
	notify.Stored
	Time   string
	Pieces []piece
}

var mailboxList = template.Must(template.New("mailbox").Parse(`<div class="stack loose">
<header class="stack tight"><h1>{{.Text.Title}}</h1><p class="lede">{{.Text.Lede}}</p></header>
{{range .Mails}}<article class="card stack" lang="{{.Lang}}">
<header class="row between"><h2>{{.Subject}}</h2><time class="muted small" datetime="{{.Time}}">{{.Time}}</time></header>
<p class="muted small">{{.To}}</p>
<p class="letter">{{range .Pieces}}{{if .URL}}<a href="{{.URL}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</p>
</article>
{{else}}<p class="empty">{{.Text.Empty}}</p>{{end}}
</div>
`))

func mailboxPage(w http.ResponseWriter, r *http.Request, files *notify.Files) error {
	stored, err := files.Recent(mailboxShows)
	if err != nil {
		return err
	}
	mails := make([]letter, len(stored))
	for i, m := range stored {
		mails[i] = letter{Stored: m, Time: m.At.UTC().Format("2006-01-02T15:04:05Z"), Pieces: pieces(m.Text)}
	}
	lang := httpio.Language(r)
	var body bytes.Buffer
	if err := mailboxList.Execute(&body, map[string]any{"Text": mailboxTexts[lang], "Mails": mails}); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return page(w, lane.Page{
		Title: mailboxTexts[lang].Title, Lang: lang, Body: template.HTML(body.String()), Nav: ownPages(lang, mailboxPath), //nolint:gosec // from a template
	})
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// pieces finds the web addresses of a text.
func pieces(text string) (all []piece) {
	begin := 0
	for _, at := range webAddress.FindAllStringIndex(text, -1) {
		address := text[at[0]:at[1]]
		all = append(all, piece{Text: text[begin:at[0]]}, piece{Text: address, URL: address})
		begin = at[1]
	}
	return append(all, piece{Text: text[begin:]})
}
