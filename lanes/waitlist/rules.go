package waitlist

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/hotlane/hotlane/platform/admit"
	"github.com/hotlane/hotlane/platform/fault"
)

const (
	maxDays       = 3650
	maxFieldText  = 200 // characters of a text field that says nothing
	maxReferrals  = 50  // that count, where a list says nothing
	defaultAccept = "email"
)

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,39}$`)
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
)

// reserved names would be taken for something else in a URL.
var reserved = map[string]bool{"me": true, "erasures": true, "embed": true, "admin": true}

// broken are the rules that a list breaks beside those of its tags, which hold for what comes through the API only.
func (l *List) broken() []fault.Field {
	var r fault.Rules
	r.Check(slugPattern.MatchString(l.Slug) && !reserved[l.Slug], "/slug",
		"must be 2 to 40 small letters, digits and -, begin with a letter or a digit, and not be me, erasures, embed or admin")
	r.Check(l.Name != Text{}, "/name", "must be said in one language at least")
	for at, text := range map[string]string{"/name/ko": l.Name.Ko, "/name/en": l.Name.En, "/site": l.Site} { // they become subjects of mails
		_, rule := plain(text, 100)
		r.Check(rule == "", at, rule)
	}
	r.Check(l.Accepts == "" || l.Accepts == "email" || l.Accepts == "phone" || l.Accepts == "both", "/accepts", "must be email, phone or both")
	r.Check(!l.accepts("phone") || l.Hook.URL != "", "/accepts", "must be email where there is no webhook: messages to phones are sent through it")
	l.brokenFields(&r)
	l.brokenConsents(&r)
	l.brokenURLs(&r)
	return r.Broken()
}

func (l *List) brokenFields(r *fault.Rules) {
	seen := map[string]bool{}
	for i, f := range l.Fields {
		at := fmt.Sprintf("/fields/%d", i)
		r.Check(namePattern.MatchString(f.Name) && !seen[f.Name], at+"/name", "must be small letters, digits and _, begin with a letter, and be the only one of its name")
		seen[f.Name] = true
		r.Check(f.Label != Text{}, at+"/label", "must be said in one language at least")
		r.Check(f.Kind == "choice" == (len(f.Choices) > 0), at+"/choices", "must be there for a choice, and only then")
		values := map[string]bool{}
		for j, c := range f.Choices {
			r.Check(!values[c.Value], fmt.Sprintf("%s/choices/%d/value", at, j), "must not be there twice")
			values[c.Value] = true
		}
	}
}

func (l *List) brokenConsents(r *fault.Rules) {
	seen := map[string]bool{}
	for i, c := range l.Consents {
		at := fmt.Sprintf("/consents/%d", i)
		r.Check(namePattern.MatchString(c.Name) && !seen[c.Name], at+"/name", "must be small letters, digits and _, begin with a letter, and be the only one of its name")
		seen[c.Name] = true
		r.Check(c.Text != Text{}, at+"/text", "must be said in one language at least")
		r.Check(!strings.Contains(c.Text.Ko+c.Text.En, "\x00"), at+"/text", "must not contain a zero byte")
		r.Check(c.URL == "" || isWeb(c.URL), at+"/url", "must be an http or https URL")
	}
}

func (l *List) brokenURLs(r *fault.Rules) {
	r.Check(l.SiteURL == "" || isWeb(l.SiteURL), "/site_url", "must be an http or https URL")
	r.Check(l.ShareURL == "" || isWeb(l.ShareURL), "/share_url", "must be an http or https URL")
	r.Check(l.Hook.URL == "" || isWeb(l.Hook.URL), "/webhook/url", "must be an http or https URL")
	r.Check((l.Hook.URL == "") == (l.Hook.Secret == ""), "/webhook/secret", "must be there with a URL, and only then")
	if l.Hook.Secret != "" {
		r.Check(isHookSecret(l.Hook.Secret), "/webhook/secret", "must be whsec_ and base64 of 24 to 64 bytes")
	}
	for i, o := range l.Origins {
		u, err := url.Parse(o)
		r.Check(err == nil && isWeb(o) && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil && !strings.ContainsAny(o, " ;,'\""),
			fmt.Sprintf("/origins/%d", i), "must be an origin such as https://example.com")
	}
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// isHookSecret: https://github.com/standard-webhooks/standard-webhooks
func isHookSecret(s string) bool {
	text, ok := strings.CutPrefix(s, "whsec_")
	b, err := base64.StdEncoding.DecodeString(text)
	return ok && err == nil && len(b) >= 24 && len(b) <= 64
}

func (l *List) accepts(kind string) bool {
	a := l.Accepts
	if a == "" {
		a = defaultAccept
	}
	return a == kind || a == "both"
}

// gain is by how many places so many confirmed referrals move somebody up.
func (l *List) gain(referrals int) int64 {
	most := l.Referral.Most
	if most == 0 {
		most = maxReferrals
	}
	return int64(l.Referral.Places) * int64(min(referrals, most))
}

func (l *List) unconfirmedDays(byDefault int) int {
	if l.Retention.Unconfirmed > 0 {
		return l.Retention.Unconfirmed
	}
	return byDefault
}

// plain returns a one-line text in normal form, or the rule that it breaks. What turns the direction of writing is refused with the
// control characters: it is there to deceive.
func plain(s string, most int) (text, rule string) {
	s = norm.NFC.String(strings.TrimSpace(s))
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return "", fmt.Sprintf("must be at most %d characters of valid UTF-8", most)
	}
	for _, c := range s {
		if unicode.IsControl(c) || c == '\u2028' || c == '\u2029' || c >= '\u202A' && c <= '\u202E' || c >= '\u2066' && c <= '\u2069' {
			return "", "must not contain line breaks or other control characters"
		}
	}
	return s, ""
}

// network is what is kept of an address: /24 or /48, "" where it is not known.
func network(addr netip.Addr) string { return admit.Name(admit.Network(addr, 24, 48)) }
