package notify_test

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/notify"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func files(t *testing.T, dir string) *notify.Files {
	t.Helper()
	cfg := notify.DefaultMailConfig()
	cfg.From = "핫레인 <no-reply@example.com>"
	m, err := notify.Open(cfg, notify.Deps{Now: func() time.Time { return noon }, Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*notify.Files)
}

var korean = notify.Mail{
	To: "홍길동 <hong@example.com>", Subject: "대기 명단에 오르셨어요 🎉 링크를 눌러 확인해 주세요. 하루가 지나면 링크를 쓸 수 없어요.",
	Text: "안녕하세요, 길동님.\n\n아래 링크를 눌러 주세요.\nhttps://example.com/확인?x=1\n.\n.점으로 시작하는 줄\n",
	HTML: "<p>안녕하세요, <b>길동</b>님.</p>\n<p>" + strings.Repeat("긴 줄 ", 400) + "</p>\n",
	ID:   "waitlist-1-confirm", Unsubscribe: "https://example.com/u/abc?x=1&y=2", Lang: "ko",
}

var english = notify.Mail{
	To: "ann@example.com", Subject: "You are on the list", Lang: "en", ID: "abc@example.com",
	Text: "Hello = Ann,\n\n" + strings.Repeat("a long line ", 100) + "\n.\nEnd\n", HTML: "<p>Hello, <b>Ann</b></p>\n",
}

func TestMailsAreReadBackAsTheyWereSent(t *testing.T) {
	f := files(t, t.TempDir())
	for _, m := range []notify.Mail{korean, english} {
		if err := f.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got, err := f.Recent(10)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d, %v", len(got), err)
	}
	want := korean
	want.ID += "@example.com"
	for i, w := range []notify.Mail{english, want} { // the newest first
		if d := cmp.Diff(w, got[i].Mail); d != "" || !got[i].At.Equal(noon) {
			t.Errorf("at %v (-want +got)\n%s", got[i].At, d)
		}
	}
}

func TestHeadersOfAMessage(t *testing.T) {
	dir := t.TempDir()
	f := files(t, dir)
	if err := f.Send(t.Context(), korean); err != nil {
		t.Fatal(err)
	}
	list, _ := f.Recent(1)
	file := filepath.Join(dir, "mail", list[0].File)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	msg, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<waitlist-1-confirm@example.com>", "Auto-Submitted": "auto-generated", "Date": "Mon, 02 Mar 2026 12:00:00 +0000",
		"List-Unsubscribe": "<https://example.com/u/abc?x=1&y=2>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		"Content-Language": "ko", "Mime-Version": "1.0", "User-Agent": "", "X-Mailer": "",
	} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "핫레인" || from[0].Address != "no-reply@example.com" {
		t.Errorf("From: %v, %v", from, err)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Fatalf("not a line of mail: %q", line)
		}
	}
}

func TestOneClickIsOfferedOverHTTPSOnly(t *testing.T) {
	f := files(t, t.TempDir())
	m := english
	m.Unsubscribe, m.HTML = "http://127.0.0.1:8080/u/abc", ""
	if err := f.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, _ := f.Recent(1)
	if d := cmp.Diff(m, got[0].Mail); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestWhatIsNoMail(t *testing.T) {
	f := files(t, t.TempDir())
	for name, test := range map[string]struct {
		change func(*notify.Mail)
		field  string
	}{
		"no address":               {func(m *notify.Mail) { m.To = "" }, "to"},
		"a word":                   {func(m *notify.Mail) { m.To = "hong" }, "to"},
		"two addresses":            {func(m *notify.Mail) { m.To = "a@example.com, b@example.com" }, "to"},
		"a header in the address":  {func(m *notify.Mail) { m.To = "a@example.com\r\nBcc: b@example.com" }, "to"},
		"a header in the name":     {func(m *notify.Mail) { m.To = "\"A\r\nBcc: b@example.com\" <a@example.com>" }, "to"},
		"a hidden header":          {func(m *notify.Mail) { m.To = "=?utf-8?q?A=0D=0ABcc:_b?= <a@example.com>" }, "to"},
		"a command in the address": {func(m *notify.Mail) { m.To = `"a> RCPT TO:<b"@example.com` }, "to"},
		"a host by number":         {func(m *notify.Mail) { m.To = "a@[127.0.0.1]" }, "to"},
		"a local part too long":    {func(m *notify.Mail) { m.To = strings.Repeat("a", 65) + "@example.com" }, "to"},
		"a Korean local part":      {func(m *notify.Mail) { m.To = "홍길동@example.com" }, "to"},
		"a subject of two lines":   {func(m *notify.Mail) { m.Subject = "a\nBcc: b@example.com" }, "subject"},
		"a subject with CR":        {func(m *notify.Mail) { m.Subject = "a\rb" }, "subject"},
		"a subject with NUL":       {func(m *notify.Mail) { m.Subject = "a\x00b" }, "subject"},
		"a subject with NEL":       {func(m *notify.Mail) { m.Subject = "a\u0085b" }, "subject"},
		"a subject of bad UTF-8":   {func(m *notify.Mail) { m.Subject = "a\xffb" }, "subject"},
		"no subject":               {func(m *notify.Mail) { m.Subject = " " }, "subject"},
		"a novel of a subject":     {func(m *notify.Mail) { m.Subject = strings.Repeat("가", 301) }, "subject"},
		"no text":                  {func(m *notify.Mail) { m.Text = "\n" }, "text"},
		"text of bad UTF-8":        {func(m *notify.Mail) { m.Text = "\xff" }, "text"},
		"html of bad UTF-8":        {func(m *notify.Mail) { m.HTML = "\xff" }, "html"},
		"too large":                {func(m *notify.Mail) { m.HTML = strings.Repeat("x", 1<<20) }, "text"},
		"an id of two lines":       {func(m *notify.Mail) { m.ID = "a>\r\nBcc: b" }, "id"},
		"another language":         {func(m *notify.Mail) { m.Lang = "en\r\nBcc: b" }, "lang"},
		"unsubscribe by mail":      {func(m *notify.Mail) { m.Unsubscribe = "mailto:a@example.com" }, "unsubscribe"},
		"unsubscribe with a bow":   {func(m *notify.Mail) { m.Unsubscribe = "https://example.com/>,<x" }, "unsubscribe"},
		"unsubscribe on two lines": {func(m *notify.Mail) { m.Unsubscribe = "https://example.com/\r\nBcc: b" }, "unsubscribe"},
	} {
		m := english
		test.change(&m)
		err := f.Send(t.Context(), m)
		if !errors.Is(err, notify.ErrRejected) || !notify.Final(err) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if fields := fault.From(err).Fields; len(fields) != 1 || fields[0].Pointer != test.field {
			t.Errorf("%s: %v, want %s", name, fields, test.field)
		}
	}
	if list, err := f.Recent(10); err != nil || len(list) != 0 {
		t.Errorf("kept %d, %v", len(list), err)
	}
}

// TestNoFieldAddsAHeader sends whatever comes: it is refused, or it comes back as it was and with the headers of any mail.
func TestNoFieldAddsAHeader(t *testing.T) {
	known := map[string]bool{
		"Message-Id": true, "Auto-Submitted": true, "Date": true, "Subject": true, "From": true, "To": true, "Mime-Version": true,
		"Content-Type": true, "Content-Transfer-Encoding": true,
	}
	dir := t.TempDir()
	f := files(t, dir)
	piece := rapid.SampledFrom([]string{"a", "가", " ", "  ", "\r", "\n", "\r\n", ":", "Bcc: b@example.com", "<", ">", "\"", "=?utf-8?q?", "?=", "=", ".", ",", "\t", "😀", "\\"})
	line := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 1, 40).Draw(t, "pieces"), "") })
	rapid.Check(t, func(rt *rapid.T) {
		m := notify.Mail{To: line.Draw(rt, "name") + " <a@example.com>", Subject: line.Draw(rt, "subject"), Text: line.Draw(rt, "text"), ID: line.Draw(rt, "id")}
		if f.Send(t.Context(), m) != nil {
			return
		}
		list, err := f.Recent(1)
		if err != nil || len(list) != 1 {
			rt.Fatal(err)
		}
		raw, _ := os.ReadFile(filepath.Join(dir, "mail", list[0].File))
		msg, err := mail.ReadMessage(strings.NewReader(string(raw)))
		if err != nil {
			rt.Fatalf("%v\n%s", err, raw)
		}
		for name, values := range msg.Header {
			if !known[name] || len(values) != 1 {
				rt.Fatalf("%s: %q\n%s", name, values, raw)
			}
		}
		if strings.TrimSpace(list[0].Subject) != strings.TrimSpace(m.Subject) {
			rt.Fatalf("subject %q, want %q\n%s", list[0].Subject, m.Subject, raw)
		}
	})
}

func TestIDs(t *testing.T) {
	f := files(t, t.TempDir())
	long := strings.Repeat("x", 300)
	for _, test := range []struct{ id, want string }{
		{"order-1", "order-1@example.com"},
		{"order-1@shop.example", "order-1@shop.example"},
		{"<order-1@shop.example>", "order-1@shop.example"},
		{"확인 1", ""},
		{"a@b@c", ""},
		{long, ""},
	} {
		m := english
		m.ID = test.id
		var ids [2]string
		for i := range ids {
			if err := f.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			list, _ := f.Recent(1)
			ids[i] = list[0].ID
		}
		if ids[0] != ids[1] || (test.want != "" && ids[0] != test.want) || len(ids[0]) > 200 || !strings.Contains(ids[0], "@") {
			t.Errorf("%q: %q and %q, want %q", test.id, ids[0], ids[1], test.want)
		}
	}
}

func TestFilesAreBounded(t *testing.T) {
	dir := t.TempDir()
	f := files(t, dir)
	folder := filepath.Join(dir, "mail")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 1005 { // older ones, of an earlier process
		name := fmt.Sprintf("20260301T000000.000000Z-%06d-old.eml", i)
		if err := os.WriteFile(filepath.Join(folder, name), []byte("not a mail"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Send(t.Context(), english); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1001 {
		t.Errorf("%d files, %v; want 1000 mails and what is not ours", len(entries), err)
	}
	if list, err := f.Recent(2000); err != nil || len(list) != 1 || list[0].Subject != english.Subject {
		t.Errorf("%d mails can be read, %v", len(list), err)
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mail"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := files(t, dir).Send(t.Context(), english); !errors.Is(err, notify.ErrMail) || notify.Final(err) {
		t.Error(err)
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := files(t, t.TempDir()).Send(ctx, english); !errors.Is(err, notify.ErrMail) || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestOpen(t *testing.T) {
	cfg := notify.DefaultMailConfig()
	if _, err := notify.Open(cfg, notify.Deps{}); err == nil {
		t.Error("files without a folder")
	}
	cfg.TLS = "x"
	if _, err := notify.Open(cfg, notify.Deps{Data: t.TempDir()}); fault.From(err).Code != "mail.config" {
		t.Error(err)
	}
}
