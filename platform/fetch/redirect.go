package fetch

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// next is the request that a redirect asks for. Where it may go, exchange checks as it does for every request.
func (c *Client) next(from hop, a *Answer) (hop, error) {
	to, err := from.url.Parse(a.Header.Get("Location"))
	if err != nil {
		return hop{}, ErrRedirects.Because(err)
	}
	if from.url.Scheme == "https" && to.Scheme != "https" {
		return hop{}, ErrRedirects.Because(errors.New("from https to " + to.Scheme))
	}
	to.Fragment, to.RawFragment = "", ""
	h := hop{method: from.method, url: to, header: from.header.Clone(), body: from.body}
	if becomesGet(a.Status, from.method) {
		h.method, h.body = http.MethodGet, nil
		for name := range h.header {
			if strings.HasPrefix(name, "Content-") {
				h.header.Del(name)
			}
		}
	}
	if origin(to) != origin(from.url) {
		c.forget(h.header)
	}
	return h, nil
}

// becomesGet as in RFC 9110, 15.4: 303 always, 301 and 302 for POST, 307 and 308 never.
func becomesGet(status int, method string) bool {
	switch status {
	case http.StatusSeeOther:
		return method != http.MethodHead
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	}
	return false
}

// forget drops what another origin must not see. A later redirect back does not bring it back.
func (c *Client) forget(h http.Header) {
	for _, name := range [...]string{
		"Authorization", "Proxy-Authorization", "Cookie", "Www-Authenticate", "X-Api-Key", "X-Auth-Token", "Api-Key",
	} {
		h.Del(name)
	}
	for _, name := range c.cfg.Secrets {
		h.Del(name)
	}
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" && u.Scheme == "https" {
		port = "443"
	} else if port == "" {
		port = "80"
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}
