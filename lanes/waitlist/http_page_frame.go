package waitlist

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// frameable are the origins of a list that can stand in a policy as they are: a name beyond ASCII cannot.
func frameable(origins []string) (list []string) {
	for _, o := range origins {
		_, host, _ := strings.Cut(o, "://")
		plain := !strings.ContainsFunc(strings.TrimPrefix(host, "*."), func(r rune) bool {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
			return !letter && !strings.ContainsRune("-.:[]", r)
		})
		if plain && host != "" {
			list = append(list, o)
		}
	}
	return list
}

// parent is the origin that says it frames the form, when it may: only that one is told the form's height. "": nobody is.
func (l *Lane) parent(list *List, origin string) string {
	if origin == originOf(l.deps.URL()) || slices.ContainsFunc(frameable(list.Origins), func(o string) bool { return covers(o, origin) }) {
		return origin
	}
	return ""
}

// covers reports whether an entry such as https://example.com or https://*.example.com is or has an origin in it.
func covers(entry, origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || origin != u.Scheme+"://"+u.Host || u.Host == "" || strings.ContainsAny(u.Host, "*@") {
		return false
	}
	scheme, suffix, wild := strings.Cut(entry, "://*.")
	if !wild {
		return entry == origin
	}
	return scheme == u.Scheme && strings.HasSuffix(u.Host, "."+suffix)
}

func originOf(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// embedFile is the script that sites include, with its tag.
var embedFile = sync.OnceValues(func() (body, tag string) {
	b, err := webFiles.ReadFile("web/embed.js")
	if err != nil { // it is embedded
		panic(err)
	}
	sum := sha256.Sum256(b)
	return string(b), `"` + hex.EncodeToString(sum[:8]) + `"`
})

// embedScript has one URL for good, since other sites have written it down; so it is asked for again after a while. Any site may load it.
func (l *Lane) embedScript(w http.ResponseWriter, r *http.Request) error {
	body, tag := embedFile()
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("ETag", tag)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
	return nil
}
