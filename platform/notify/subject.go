package notify

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// maxWord is how many bytes of text one encoded word holds: the first line, with the name of the header, is at most 76 characters then (RFC 2047,
// section 2).
const maxWord = 39

// setSubject: a text that itself looks like encoded words would be decoded by whoever reads it, so all of it becomes encoded words.
func setSubject(msg *gomail.Msg, subject string) {
	if !strings.Contains(subject, "=?") {
		msg.Subject(subject)
		return
	}
	msg.SetGenHeaderPreformatted(gomail.HeaderSubject, encodedWords(subject))
}

// encodedWords writes a text as encoded words in base64, a line each, which readers put together again. No letter is in two of them.
func encodedWords(s string) string {
	var words []string
	for s != "" {
		n := min(len(s), maxWord)
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?UTF-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, "\r\n ")
}
