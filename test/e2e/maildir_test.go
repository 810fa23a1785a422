//go:build integration

package e2e

import (
	"encoding/base64"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/test/browser"
)

// mailServer is the config of mails that go to the local SMTP server of scripts/with-servers.sh.
func mailServer(t *testing.T) string {
	t.Helper()
	at := os.Getenv("HOTLANE_TEST_SMTP")
	if at == "" || os.Getenv("HOTLANE_TEST_MAILDIR") == "" {
		t.Fatal("HOTLANE_TEST_SMTP and HOTLANE_TEST_MAILDIR must name a local SMTP server; make test sets them")
	}
	return "mail: {smtp: \"" + at + "\", tls: none, from: \"Hotlane <hello@example.com>\"}\n"
}

// mailed waits until a mail to the address is in the server's Maildir whose text has what the pattern finds, and gives its first group.
func mailed(tab browser.Tab, to string, pattern *regexp.Regexp) (found string) {
	tab.Until("a mail to "+to+" has "+pattern.String(), func() bool {
		files, _ := filepath.Glob(filepath.Join(os.Getenv("HOTLANE_TEST_MAILDIR"), "new", "*")) // a pattern of ours
		for _, file := range files {
			if m := pattern.FindStringSubmatch(mailText(file, to)); m != nil {
				found = m[1]
			}
		}
		return found != ""
	})
	return found
}

// mailText is the plain text of a mail to the address; "" of any other, and of one that is half written.
func mailText(file, to string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	m, err := mail.ReadMessage(f)
	if err != nil || !strings.Contains(m.Header.Get("To"), to) {
		return ""
	}
	_, boundary, _ := strings.Cut(m.Header.Get("Content-Type"), "boundary=")
	part, err := multipart.NewReader(m.Body, strings.Trim(boundary, `"`)).NextRawPart()
	if err != nil {
		return ""
	}
	var body io.Reader = part
	switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(text)
}
