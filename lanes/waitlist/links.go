package waitlist

import "net/url"

// Paths of pages that mails and answers point to. Tokens stand behind /me/, so that no list's name is in their way.
const (
	pagePath        = "/waitlist/"                   // + list: the hosted page, with its form
	confirmPath     = "/waitlist/me/confirm/"        // + token: a page with a button, since mail scanners follow links
	statusPath      = "/waitlist/me/status/"         // + token
	leavePath       = "/waitlist/me/unsubscribe/"    // + token
	oneClickAPIPath = "/v1/waitlist/me/unsubscribe/" // + token: what List-Unsubscribe names (RFC 8058)
)

// links makes absolute URLs.
type links struct{ base func() string }

func (l links) page(list string) string      { return l.base() + pagePath + list }
func (l links) confirm(token string) string  { return l.base() + confirmPath + token }
func (l links) status(token string) string   { return l.base() + statusPath + token }
func (l links) leave(token string) string    { return l.base() + leavePath + token }
func (l links) oneClick(token string) string { return l.base() + oneClickAPIPath + token }

// share is the link with which somebody brings others.
func (l links) share(list *List, code string) string {
	if list.ShareURL == "" {
		return l.page(list.Slug) + "?ref=" + url.QueryEscape(code)
	}
	u, err := url.Parse(list.ShareURL)
	if err != nil { // the list's rules have looked
		return list.ShareURL
	}
	q := u.Query()
	q.Set("ref", code)
	u.RawQuery = q.Encode()
	return u.String()
}
