package identity

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
)

// StripCredentials takes out of a request's headers what is meant for this program alone: the cookie of its login session, and
// its own keys in Authorization and X-Api-Key. All else stays byte for byte, tokens and keys of other backends too. For
// requests that are passed on; it works after Start.
func (a *Authenticator) StripCredentials(h http.Header) {
	strip(h, "Cookie", withoutSession)
	strip(h, "Authorization", func(value string) (string, bool) {
		token, ok := bearerOf(value)
		return value, !ok || !a.isKey(token)
	})
	strip(h, "X-Api-Key", func(value string) (string, bool) { return value, !a.isKey(value) })
}

// strip keeps of a header's lines what keep leaves of them.
func strip(h http.Header, name string, keep func(line string) (rest string, ok bool)) {
	lines := h[name]
	if len(lines) == 0 {
		return
	}
	kept := make([]string, 0, len(lines))
	for _, line := range lines {
		if rest, ok := keep(line); ok {
			kept = append(kept, rest)
		}
	}
	if len(kept) == 0 {
		delete(h, name)
		return
	}
	h[name] = kept
}

func (a *Authenticator) isKey(text string) bool {
	if text == "" || len(text) > maxToken {
		return false
	}
	_, ours := a.match(sha256.Sum256([]byte(text)))
	return ours
}

// withoutSession is a Cookie line without our cookies; false when nothing is left.
func withoutSession(line string) (string, bool) {
	if !strings.Contains(line, plainCookie) {
		return line, true
	}
	parts := strings.Split(line, ";")
	kept := slices.DeleteFunc(parts, func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		name = strings.Trim(name, " \t")
		return name == plainCookie || name == tlsCookie
	})
	rest := strings.TrimLeft(strings.Join(kept, ";"), " \t")
	return rest, rest != ""
}
