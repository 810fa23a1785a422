package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMailsWithoutAServerCanBeRead(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "mail")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	const mail = "From: a@site.example\r\nTo: haru@site.example\r\nSubject: Please <confirm>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n" +
		"Content-Type: text/plain; charset=UTF-8\r\n\r\nHere:\r\nhttps://site.example/c/1?a=b&c=d\r\n"
	if err := os.WriteFile(filepath.Join(folder, "20260302T090000.000000Z-1.eml"), []byte(mail), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, newGreetings().modules, "--data", data, "demo")
	status, body := s.get(mailboxPath, "Accept-Language", "ko")
	for _, part := range []string{"보관합니다", "Please &lt;confirm&gt;", `<a href="https://site.example/c/1?a=b&amp;c=d">`} {
		if status != 200 || !strings.Contains(body, part) {
			t.Errorf("%d: %s is not in\n%s", status, part, body)
		}
	}
	if !strings.Contains(s.out.String(), s.url+mailboxPath) {
		t.Errorf("the demo does not name it:\n%s", s.out)
	}
}

func TestPiecesOfAText(t *testing.T) {
	got := pieces("Go to http://a.example/x?y=1, or\nhttps://b.example")
	want := []piece{
		{Text: "Go to "},
		{Text: "http://a.example/x?y=1,", URL: "http://a.example/x?y=1,"},
		{Text: " or\n"},
		{Text: "https://b.example", URL: "https://b.example"},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
