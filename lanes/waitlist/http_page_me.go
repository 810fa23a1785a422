package waitlist

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

const erasePath = "/waitlist/me/erase/" // + token of the status page

// What people do with a token: each is a page with one button, since mail scanners open links and press nothing.
type act struct {
	purpose           purpose
	do                func(l *Lane, r *http.Request, token string) (next string, err error)
	title, text, word func(*words, *List) string
	done              func(*words) (title, text string) // after it, where next is empty
	danger            bool
}

func confirmAct() *act {
	return &act{
		purpose: toConfirm,
		do: func(l *Lane, r *http.Request, token string) (string, error) {
			p, err := l.Confirm(r.Context(), token)
			if err != nil {
				return "", err
			}
			return statusPath + tokenOf(p.StatusURL) + "?new=1", nil
		},
		title: func(w *words, list *List) string { return fmt.Sprintf(w.ConfirmTitle, list.Name.In(w.Lang)) },
		text:  func(w *words, _ *List) string { return w.ConfirmText },
		word:  func(w *words, _ *List) string { return w.ConfirmButton },
	}
}

func leaveAct() *act {
	return &act{
		purpose: toLeave,
		do: func(l *Lane, r *http.Request, token string) (string, error) {
			return "", l.Leave(r.Context(), token, "link")
		},
		title: func(w *words, list *List) string { return fmt.Sprintf(w.LeaveTitle, list.Name.In(w.Lang)) },
		text:  func(w *words, _ *List) string { return w.LeaveText },
		word:  func(w *words, _ *List) string { return w.LeaveButton },
		done:  func(w *words) (string, string) { return w.LeftTitle, w.LeftText },
	}
}

func eraseAct() *act {
	return &act{
		purpose: toLook,
		do:      func(l *Lane, r *http.Request, token string) (string, error) { return "", l.EraseMe(r.Context(), token) },
		title:   func(w *words, _ *List) string { return w.EraseTitle },
		text:    func(w *words, list *List) string { return fmt.Sprintf(w.EraseText, list.Name.In(w.Lang)) },
		word:    func(w *words, _ *List) string { return w.EraseButton },
		done:    func(w *words) (string, string) { return w.ErasedTitle, w.ErasedText },
		danger:  true,
	}
}

type pageHandler = func(http.ResponseWriter, *http.Request) error

func (l *Lane) myRoutes(page, posted func(pattern, summary string, h pageHandler) lane.Route) (routes []lane.Route) {
	for _, one := range []struct {
		path, summary string
		act           *act
	}{
		{confirmPath, "A page: the button that confirms an address", confirmAct()},
		{leavePath, "A page: the button that unsubscribes", leaveAct()},
		{erasePath, "A page: the button that erases oneself", eraseAct()},
	} {
		routes = append(routes,
			page("GET "+one.path+"{token}", one.summary, func(w http.ResponseWriter, r *http.Request) error { return l.askPage(w, r, one.act) }),
			posted("POST "+one.path+"{token}", one.summary+", pressed", func(w http.ResponseWriter, r *http.Request) error { return l.actPosted(w, r, one.act) }))
	}
	return append(routes, page("GET "+statusPath+"{token}", "A page: where somebody is, with the link to share", l.statusPage))
}

// tokenOf is the last part of a link.
func tokenOf(link string) string { return link[strings.LastIndexByte(link, '/')+1:] }

// askPage shows the button, and changes nothing.
func (l *Lane) askPage(w http.ResponseWriter, r *http.Request, a *act) error {
	token, words := r.PathValue("token"), pageWords[httpio.Language(r)]
	list, err := l.listOf(a.purpose, token)
	if err != nil {
		return l.tokenRefused(w, r, a.purpose, err)
	}
	if a.done != nil && r.URL.Query().Get("done") == "1" {
		title, text := a.done(words)
		return l.writeNotice(w, list, words, noticeView{Title: title, Text: text, Sign: "✓", Form: a.purpose == toLeave}, http.StatusOK)
	}
	v := askView{
		words: words, Title: a.title(words, list), Text: a.text(words, list), Button: a.word(words, list), Danger: a.danger,
		Action: "?lang=" + words.Lang, Name: list.Name.In(words.Lang),
	}
	switch a.purpose {
	case toConfirm:
		v.Note = words.ConfirmNot
	case toLook:
		v.BackURL = statusPath + url.PathEscape(token) + "?lang=" + words.Lang
	}
	page := lane.Page{Title: v.Title, Lang: words.Lang, Site: site(list, words.Lang)}
	if err := fill(&page, "ask", nil, v); err != nil {
		return err
	}
	return l.write(w, page, http.StatusOK, private())
}

type askView struct {
	*words
	Title, Text, Button, Note, Action, BackURL, Name string
	Danger                                           bool
}

// private are the headers of pages that have a token in their URL.
func private() map[string]string {
	return map[string]string{"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
}

func (l *Lane) actPosted(w http.ResponseWriter, r *http.Request, a *act) error {
	next, err := a.do(l, r, r.PathValue("token"))
	if err != nil {
		return l.tokenRefused(w, r, a.purpose, err)
	}
	if next == "" {
		next = r.URL.EscapedPath() + "?done=1"
	}
	for name, value := range private() {
		w.Header().Set(name, value)
	}
	http.Redirect(w, r, next+"&lang="+httpio.Language(r), http.StatusSeeOther)
	return nil
}

// tokenRefused says in a page why a link does not work, and where to get a new one: on the page of the list, if the token, though it
// has ended, is one of ours.
func (l *Lane) tokenRefused(w http.ResponseWriter, r *http.Request, p purpose, err error) error {
	words := pageWords[httpio.Language(r)]
	var v noticeView
	switch {
	case errors.Is(err, ErrTokenEnded):
		v = noticeView{Title: words.EndedTitle, Text: words.EndedText, Sign: "…", Form: true}
	case errors.Is(err, ErrGone):
		v = noticeView{Title: words.GoneTitle, Text: words.GoneText, Sign: "…", Form: true}
	case errors.Is(err, ErrFull):
		v = noticeView{Title: words.FullTitle, Text: words.FullText, Sign: "…"}
	case errors.Is(err, ErrToken):
		v = noticeView{Title: words.BrokenTitle, Text: words.BrokenText, Sign: "?"}
	case errors.Is(err, ErrNoList):
		v = noticeView{Title: words.NoListTitle, Text: words.NoListText, Sign: "?"}
	default:
		return err
	}
	return l.writeNotice(w, l.endedList(p, r.PathValue("token")), words, v, fault.From(err).Kind.Status())
}

// endedList is the list of a token that is or was one of ours, else nil.
func (l *Lane) endedList(p purpose, token string) *List {
	slug, _, err := l.keys.open(p, token, time.Time{}) // before every end
	if err != nil {
		return nil
	}
	list, err := l.List(slug)
	if err != nil {
		return nil
	}
	return list
}

// noticeView is a page that says one thing.
type noticeView struct {
	*words
	Title, Text, Sign, URL string
	Form                   bool // with the way to the list's form
}

func (l *Lane) writeNotice(w http.ResponseWriter, list *List, words *words, v noticeView, status int) error {
	v.words = words
	page := lane.Page{Title: v.Title, Lang: words.Lang, Site: lane.Link{Title: originHost(l.deps.URL()), URL: "/"}}
	if list != nil {
		page.Site, v.URL = site(list, words.Lang), pagePath+list.Slug+"?lang="+words.Lang
	}
	v.Form = v.Form && list != nil && !list.Closed
	if err := fill(&page, "notice", nil, v); err != nil {
		return err
	}
	return l.write(w, page, status, private())
}

func originHost(s string) string {
	_, host, _ := strings.Cut(originOf(s), "://")
	return host
}

func (l *Lane) statusPage(w http.ResponseWriter, r *http.Request) error {
	token := r.PathValue("token")
	p, err := l.Status(r.Context(), token)
	if err != nil {
		return l.tokenRefused(w, r, toLook, err)
	}
	list, err := l.List(p.List)
	if err != nil {
		return err
	}
	lang := p.Lang // as they signed up, unless they ask for the other
	if r.URL.Query().Has("lang") {
		lang = httpio.Language(r)
	}
	leave, err := l.leaveToken(token)
	if err != nil {
		return err
	}
	v := newStatus(list, p, lang)
	v.Poll = "/v1/waitlist/me/status/" + url.PathEscape(token)
	v.LeaveURL, v.EraseURL = leavePath+leave+"?lang="+lang, erasePath+url.PathEscape(token)+"?lang="+lang
	v.New = r.URL.Query().Get("new") == "1"
	page := lane.Page{Title: fmt.Sprintf(v.StatusTitle, v.List), Lang: lang, Site: site(list, lang), Use: []string{"form", "share"}}
	if err := fill(&page, "status", nil, v); err != nil {
		return err
	}
	return l.write(w, page, http.StatusOK, private())
}

// leaveToken is the token with which whoever has that of a status page unsubscribes.
func (l *Lane) leaveToken(look string) (string, error) {
	list, id, err := l.keys.open(toLook, look, l.now())
	if err != nil {
		return "", err
	}
	return l.keys.sign(toLeave, list, id, time.Time{}), nil
}
