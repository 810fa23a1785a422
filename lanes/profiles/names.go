package profiles

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/hotlane/hotlane/platform/fault"
)

// maxName is how many bytes a username or id may have: enough for 200 characters of any script.
const maxName = 800

// checkName refuses what cannot be a username or id: nothing, too much, not UTF-8, control characters, and what a server could take
// for a way through its folders (a . or .. between slashes). pointer names it in the refusal.
func checkName(name, pointer string) error {
	rule := ""
	switch {
	case name == "" || len(name) > maxName:
		rule = "must be 1 to 800 bytes"
	case !utf8.ValidString(name):
		rule = "must be UTF-8"
	case strings.ContainsFunc(name, unicode.IsControl):
		rule = "must be without control characters"
	case wanders(name):
		rule = "must not have . or .. or nothing between slashes"
	default:
		return nil
	}
	return ErrName.With(fault.Field{Pointer: pointer, Rule: rule})
}

// wanders reports whether a part of a name, were it a path, would be no plain step down.
func wanders(name string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return true
		}
	}
	return false
}

// fold is what two usernames have in common that are the same: themselves, or where case does not count, their case folded and
// composed (Unicode's default caseless match).
func fold(name string, ignoreCase bool) string {
	if !ignoreCase || plain(name) {
		return name
	}
	return norm.NFC.String(cases.Fold().String(norm.NFD.String(name)))
}

// plain: small ASCII, of which folding changes nothing. It keeps the common case free of allocations.
func plain(name string) bool {
	for i := range len(name) {
		if c := name[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// by says what a profile is asked for by.
type by byte

const (
	byUsername by = 'u'
	byID       by = 'i'
)

// pointer names the parameter in refusals.
func (b by) pointer() string {
	if b == byID {
		return "path:id"
	}
	return "path:username"
}

// ask is a question for one profile.
type ask struct {
	by    by
	value string // as it was asked
	key   string // by which it is the same as others: folded
}

// cacheKey is the question as memory and Redis know it. A source's name has no NUL.
func cacheKey(source string, b by, key string) string {
	return source + "\x00" + string(rune(b)) + key
}

// urlTemplate is a URL with one place for a name.
type urlTemplate struct{ before, after string }

const urlRule = "must be an http or https URL with %s once, in its path or query: https://api.example.com/users/%s"

// parseURL reads a template. rule is "" where it is one.
func parseURL(text, place string) (t urlTemplate, rule string) {
	rule = strings.ReplaceAll(urlRule, "%s", place)
	before, after, found := strings.Cut(text, place)
	u, err := url.Parse(before + "name" + after)
	if !found || err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || strings.ContainsAny(before+after, "{}#") {
		return t, rule
	}
	path := strings.Index(before, "://") + 3
	if u.Scheme != "https" && u.Scheme != "http" || !strings.ContainsAny(before[path:], "/?") {
		return t, rule
	}
	return urlTemplate{before, after}, ""
}

// with is the URL for a name. All but what is unreserved (RFC 3986, 2.3) is escaped, so that a name is one step of a path, or one
// value of a query, whatever it holds.
func (t urlTemplate) with(name string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.WriteString(t.before)
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	b.WriteString(t.after)
	return b.String()
}

// host that the template leads to.
func (t urlTemplate) host() string {
	u, err := url.Parse(t.with("name"))
	if err != nil { // parseURL has looked
		return ""
	}
	return u.Hostname()
}
