package notify

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/hotlane/hotlane/platform/fault"
)

const maxMessage = 1 << 20 // bytes of text and HTML together

// compose checks a mail and writes it as a message. Errors: ErrRejected with the fields.
func compose(m Mail, from *mail.Address, now time.Time) (*gomail.Msg, error) {
	to, err := m.check()
	if err != nil {
		return nil, err
	}
	text, html := lines(m.Text), lines(m.HTML)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(encoding(text+m.Subject)))
	msg.FromMailAddress(from)
	msg.ToMailAddress(to)
	setSubject(msg, m.Subject)
	msg.SetDateWithValue(now)
	msg.SetMessageIDWithValue(messageID(m.ID, from))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	if m.Lang != "" {
		msg.SetGenHeader(gomail.HeaderContentLang, m.Lang)
	}
	if m.Unsubscribe != "" {
		msg.SetGenHeaderPreformatted(gomail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
	}
	if strings.HasPrefix(m.Unsubscribe, "https://") {
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(gomail.TypeTextPlain, text)
	if html != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	return msg, nil
}

// Check holds a mail against the rules that need no server: ErrRejected with the fields.
func (m Mail) Check() error {
	_, err := m.check()
	return err
}

// check names every field that breaks a rule. What becomes a header holds no control characters, so that no header can be slipped in.
func (m Mail) check() (*mail.Address, error) {
	var rules fault.Rules
	check := rules.Check
	to, err := address(m.To)
	check(err == nil, "to", "must be an address, or a name and an address")
	check(!broken(m.Subject) && strings.TrimSpace(m.Subject) != "" && len(m.Subject) <= 900, "subject", "must be one line of 1 to 900 bytes")
	check(utf8.ValidString(m.Text) && strings.TrimSpace(m.Text) != "", "text", "must be there, in UTF-8")
	check(utf8.ValidString(m.HTML), "html", "must be UTF-8")
	check(len(m.Text)+len(m.HTML) <= maxMessage, "text", "must be at most 1 MiB together with html")
	check(!broken(m.ID), "id", "must be one line")
	check(m.Lang == "" || m.Lang == "ko" || m.Lang == "en", "lang", "must be ko or en")
	check(m.Unsubscribe == "" || webURL(m.Unsubscribe), "unsubscribe", "must be an http or https URL of at most 900 ASCII bytes")
	return to, rules.Err(ErrRejected)
}

// broken says whether a text is not one clean line.
func broken(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s) <= 900 &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
}

// address reads a name and an address. Of the addresses that RFC 5321 allows it takes those that people have: a plain local part, and
// a domain, whose letters may be of any script; no quotes, no [IP address].
func address(s string) (*mail.Address, error) {
	if broken(s) || len(s) > 900 {
		return nil, ErrRejected
	}
	a, err := mail.ParseAddress(s)
	if err != nil || broken(a.Name) {
		return nil, ErrRejected
	}
	at := strings.LastIndexByte(a.Address, '@')
	local, domain := a.Address[:at], a.Address[at+1:]
	if len(local) > 64 || !dotAtom(local) {
		return nil, ErrRejected
	}
	domain, err = idna.Lookup.ToASCII(domain)
	if err != nil || !dotAtom(domain) || len(local)+1+len(domain) > 254 || strings.ContainsFunc(domain, notDomain) {
		return nil, ErrRejected
	}
	return &mail.Address{Name: a.Name, Address: local + "@" + domain}, nil
}

func notDomain(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
}

// dotAtom as in RFC 5322, 3.2.3.
func dotAtom(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..") && !strings.ContainsFunc(s, func(r rune) bool {
		letter := (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9')
		return !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r)
	})
}

// messageID is of the sender's domain. An id that cannot stand in a Message-ID stands there as its hash.
func messageID(id string, from *mail.Address) string {
	if id == "" {
		id = rand.Text()
	}
	left, right, whole := strings.Cut(strings.Trim(id, "<>"), "@")
	if whole && dotAtom(left) && dotAtom(right) && len(id) <= 200 {
		return left + "@" + right
	}
	if !dotAtom(id) || len(id) > 128 {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return id + from.Address[strings.LastIndexByte(from.Address, '@'):]
}

// lines ends every line as mail wants it.
func lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r", "\n"), "\n", "\r\n")
}

// encoding is the shorter one: quoted-printable writes nine bytes for a Korean syllable, base64 four.
func encoding(s string) gomail.Encoding {
	foreign := 0
	for i := range len(s) {
		if s[i] >= 0x80 {
			foreign++
		}
	}
	if foreign*6 > len(s) {
		return gomail.EncodingB64
	}
	return gomail.EncodingQP
}
