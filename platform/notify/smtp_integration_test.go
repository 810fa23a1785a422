//go:build integration

package notify_test

import (
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/platform/notify"
)

// TestMailsArriveWhole sends to a real SMTP server, and reads what it kept.
func TestMailsArriveWhole(t *testing.T) {
	server, dir := os.Getenv("HOTLANE_TEST_SMTP"), os.Getenv("HOTLANE_TEST_MAILDIR")
	if server == "" || dir == "" {
		t.Fatal("HOTLANE_TEST_SMTP and HOTLANE_TEST_MAILDIR must be a server's: scripts/with-servers.sh smtp -- …")
	}
	cfg := notify.DefaultMailConfig()
	cfg.SMTP, cfg.TLS, cfg.From = server, "none", "핫레인 <no-reply@example.com>"
	m, err := notify.Open(cfg, notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, one := range []notify.Mail{korean, english} {
		one.ID = strings.ToLower(t.Name()) + "-" + one.Lang
		if err := m.Send(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		raw := arrived(t, dir, "<"+one.ID+"@example.com>")
		got, err := notify.Parse(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		want := one
		want.ID += "@example.com"
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", one.Lang, d)
		}
		headers(t, one, raw)
	}
}

// arrived finds the message with that id. The server has it on disk before it says that it took it.
func arrived(t *testing.T, dir, id string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if msg, err := mail.ReadMessage(strings.NewReader(string(raw))); err == nil && msg.Header.Get("Message-Id") == id {
			return string(raw)
		}
	}
	t.Fatalf("%s is not among %d mails", id, len(files))
	return ""
}

func headers(t *testing.T, one notify.Mail, raw string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Errorf("%s: %s, %v", one.Lang, kind, err)
	}
	body, err := io.ReadAll(msg.Body)
	if err != nil || strings.Index(string(body), "text/plain") > strings.Index(string(body), "text/html") || !strings.Contains(string(body), params["boundary"]) {
		t.Errorf("%s: the text must come before the HTML", one.Lang)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != one.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || from[0].Name != "핫레인" {
		t.Errorf("from %v, %v", from, err)
	}
	if msg.Header.Get("Auto-Submitted") != "auto-generated" || msg.Header.Get("X-Rcptto") == "" {
		t.Errorf("headers %v", msg.Header)
	}
	if oneClick := msg.Header.Get("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"; oneClick != (one.Unsubscribe != "") {
		t.Errorf("List-Unsubscribe-Post: %q", msg.Header.Get("List-Unsubscribe-Post"))
	}
}
