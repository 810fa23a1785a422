package profiles

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a part of a plain text; with a URL it is a link.
type span struct{ Text, URL string }

const maxLinks = 20 // in one text; further ones stay text

// linkify finds the web addresses in a plain text. The spans' texts are the text, whole and in order. Every URL is http or https
// with a host, without a user or password (which is where a link that lies about its host begins).
func linkify(text string) []span {
	var spans []span
	done, links := 0, 0
	for at := 0; at < len(text) && links < maxLinks; {
		begin := nextScheme(text, at)
		if begin < 0 {
			break
		}
		end := begin + linkLength(text[begin:])
		to := linkURL(text[begin:end])
		if to == "" || !startsHere(text[:begin]) {
			at = begin + 1
			continue
		}
		if begin > done {
			spans = append(spans, span{Text: text[done:begin]})
		}
		spans = append(spans, span{Text: text[begin:end], URL: to})
		done, at = end, end
		links++
	}
	if done < len(text) {
		spans = append(spans, span{Text: text[done:]})
	}
	return spans
}

// schemes begin an address. "www." is taken for https.
var schemes = []string{"https://", "http://", "www."}

// nextScheme is where the next one may begin, from at on; -1: nowhere.
func nextScheme(text string, at int) int {
	for i := at; i < len(text); i++ {
		if c := text[i] | 0x20; c != 'h' && c != 'w' {
			continue
		}
		for _, s := range schemes {
			if len(text)-i > len(s) && strings.EqualFold(text[i:i+len(s)], s) {
				return i
			}
		}
	}
	return -1
}

// startsHere: an address does not begin in the middle of a word.
func startsHere(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("@/.-_", r)
}

// linkLength is how much of the text is the address that it begins with. In "https://example.com에서" the particle is not of it;
// a full stop, a comma or a bracket that closes what the text opened is not either.
func linkLength(text string) int {
	head := strings.IndexByte(text, '/') + 2
	if strings.EqualFold(text[:4], "www.") {
		head = 0
	}
	end, inHost := len(text), true
	for i, r := range text {
		if i < head {
			continue
		}
		if r == '/' || r == '?' || r == '#' {
			inHost = false
		}
		foreign := inHost && r >= utf8.RuneSelf && strings.Contains(text[head:i], ".")
		if foreign || !inURL(r) {
			end = i
			break
		}
	}
	return trimmed(text[:end])
}

func inURL(r rune) bool {
	return r != utf8.RuneError && !unicode.IsSpace(r) && !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) &&
		!strings.ContainsRune("<>\"`'{}|\\^“”‘’「」『』《》〈〉【】，。、；：？！…", r)
}

// trimmed is the length without the punctuation at the end.
func trimmed(address string) int {
	for address != "" {
		last := address[len(address)-1]
		switch {
		case strings.IndexByte(".,;:!?*_~", last) >= 0:
		case last == ')' && strings.Count(address, ")") > strings.Count(address, "("):
		case last == ']' && strings.Count(address, "]") > strings.Count(address, "["):
		default:
			return len(address)
		}
		address = address[:len(address)-1]
	}
	return 0
}

// linkURL is what an address leads to; empty where it must not be a link.
func linkURL(address string) string {
	if len(address) > 4 && strings.EqualFold(address[:4], "www.") {
		address = "https://" + address
	}
	if len(address) > maxLink {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	if host := u.Hostname(); !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(host, "%@") {
		return "" // no name of the internet's
	}
	return u.String()
}

// legible is a stranger's text without what could make the text around it look like something else: control characters, and those
// that turn the direction of writing. It has at most so many characters.
func legible(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r == '\t' || r == '\r' {
			r = ' '
		}
		turns := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x061c || r == 0x200e || r == 0x200f
		if r != '\n' && unicode.IsControl(r) || turns || r == utf8.RuneError || r == 0xfeff {
			continue
		}
		if n++; n > most {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// oneLine is a plain text on one line.
func oneLine(text string, most int) string {
	return legible(strings.Join(strings.Fields(text), " "), most)
}
