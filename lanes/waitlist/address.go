package waitlist

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The normal form of an address is what makes two sign-ups one person.
//
//   - Email: NFKC, small letters, domain in ASCII (IDNA 2008, UTS 46). A.B@Example.com and a.b@example.com are one; what stands
//     behind a plus and dots in the local part stay, since only the mail server knows whether they matter. The local part is ASCII
//     (RFC 5321 without quotes). Referrals count mailboxes, not addresses: see mailbox.
//   - Phone: E.164. Spaces, dots, dashes and brackets go; 00 is +; a number that begins with a single 0 is Korean.
const (
	maxEmail  = 254 // bytes, RFC 5321
	maxLocal  = 64
	ruleEmail = "must be an email address such as name@example.com, at most 254 bytes, with an ASCII part before the @"
	rulePhone = "must be a phone number: +82 10 1234 5678, or a Korean one such as 010-1234-5678"
)

// normalEmail returns the normal form, or the rule that was broken.
func normalEmail(s string) (address, rule string) {
	if len(s) > 4*maxEmail || !utf8.ValidString(s) {
		return "", ruleEmail
	}
	s = strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || !isDotAtom(s[:at]) || at > maxLocal {
		return "", ruleEmail
	}
	domain, ok := normalDomain(s[at+1:])
	if !ok || at+1+len(domain) > maxEmail {
		return "", ruleEmail
	}
	return s[:at+1] + domain, ""
}

// isDotAtom: RFC 5322, 3.2.3.
func isDotAtom(s string) bool {
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" {
			return false
		}
		for i := range len(atom) {
			c := atom[i]
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", rune(c)) {
				return false
			}
		}
	}
	return true
}

func normalDomain(s string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 {
		return "", false
	}
	labels := strings.Split(ascii, ".")
	if len(labels) < 2 {
		return "", false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "", false
		}
	}
	top := labels[len(labels)-1]
	return ascii, strings.Trim(top, "0123456789") != "" && len(top) > 1 // else it is an IP address
}

var phoneMarks = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")

// normalPhone returns the normal form, or the rule that was broken.
func normalPhone(s string) (address, rule string) {
	if len(s) > 100 || !utf8.ValidString(s) {
		return "", rulePhone
	}
	digits := phoneMarks.Replace(norm.NFKC.String(strings.TrimSpace(s)))
	switch {
	case strings.HasPrefix(digits, "+"):
		digits = digits[1:]
	case strings.HasPrefix(digits, "00"):
		digits = digits[2:]
	case strings.HasPrefix(digits, "0"):
		digits = "82" + digits[1:]
	default:
		return "", rulePhone
	}
	if rest, korean := strings.CutPrefix(digits, "82"); korean {
		rest = strings.TrimPrefix(rest, "0") // +82 (0)10
		if len(rest) < 8 || len(rest) > 10 || rest[0] == '0' {
			return "", rulePhone
		}
		digits = "82" + rest
	}
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' || strings.Trim(digits, "0123456789") != "" {
		return "", rulePhone
	}
	return "+" + digits, ""
}

func isPhone(address string) bool { return strings.HasPrefix(address, "+") }

// mailbox is what referrals count: without what stands behind a plus, and for Gmail without dots, so that nobody moves up by
// inviting themselves under many names of one mailbox. Nothing is ever sent to it.
func mailbox(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || isPhone(address) {
		return address
	}
	if bare, _, tagged := strings.Cut(local, "+"); tagged && bare != "" {
		local = bare
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}
