package profiles

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLinkify(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // [text→URL] is a link
		{"", ""},
		{"no links here", "no links here"},
		{"https://example.com", "[https://example.com→https://example.com]"},
		{"see https://example.com/a?b=c&d=e#f.", "see [https://example.com/a?b=c&d=e#f→https://example.com/a?b=c&d=e#f]."},
		{"(https://example.com/a_(b)), and", "([https://example.com/a_(b)→https://example.com/a_(b)]), and"},
		{"HTTPS://Example.com/X", "[HTTPS://Example.com/X→https://Example.com/X]"},
		{"www.example.com, too", "[www.example.com→https://www.example.com], too"},
		{"a\nhttp://a.example\nb", "a\n[http://a.example→http://a.example]\nb"},
		{"https://example.com에서 만나요", "[https://example.com→https://example.com]에서 만나요"},
		{"홈페이지:https://example.com/하루 와요", "홈페이지:[https://example.com/하루→https://example.com/%ED%95%98%EB%A3%A8] 와요"},
		{"블로그https://example.com", "블로그[https://example.com→https://example.com]"},
		{"https://한국.example/", "[https://한국.example/→https://%ED%95%9C%EA%B5%AD.example/]"},
		{"「https://example.com」", "「[https://example.com→https://example.com]」"},
		{`<a href="https://example.com">x</a>`, `<a href="[https://example.com→https://example.com]">x</a>`},
		{`https://example.com"onclick=alert(1)`, `[https://example.com→https://example.com]"onclick=alert(1)`},
		{"https://bank.example@evil.example/", "https://bank.example@evil.example/"},
		{"https://user:pw@evil.example/", "https://user:pw@evil.example/"},
		{"javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"},
		{"xhttps://example.com", "xhttps://example.com"},
		{"mail@www.example.com", "mail@www.example.com"},
		{"https://", "https://"},
		{"https://localhost/x http://intranet", "https://localhost/x http://intranet"},
		{"https://example.com\u202egnp.exe", "[https://example.com→https://example.com]\u202egnp.exe"},
		{"https://example.com/%zz", "https://example.com/%zz"},
		{"www.", "www."},
		{"https://exa mple.com", "https://exa mple.com"},
		{"hhttps://a.example", "hhttps://a.example"},
		{"http://a.example http://b.example", "[http://a.example→http://a.example] [http://b.example→http://b.example]"},
	} {
		var b strings.Builder
		for _, s := range linkify(c.text) {
			if s.URL != "" {
				b.WriteString("[" + s.Text + "→" + s.URL + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		if got := b.String(); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestLinksAreBounded(t *testing.T) {
	links := 0
	for _, s := range linkify(strings.Repeat("https://a.example ", 1000)) {
		if s.URL != "" {
			links++
		}
	}
	if links != maxLinks {
		t.Errorf("%d links", links)
	}
	if s := linkify("https://a.example/" + strings.Repeat("x", maxLink)); len(s) != 1 || s[0].URL != "" {
		t.Error("a URL without end is a link")
	}
}

func TestLegible(t *testing.T) {
	for text, want := range map[string]string{
		"  a\tb\r\nc ": "a b \nc", "a\x00b\x1b[31m": "ab[31m", "admin\u202etxt": "admintxt", "\u2066x\u2069": "x", "👩‍👩‍👧": "👩‍👩‍👧",
		"\xff\xfea": "a", "12345678901": "1234567890…", "1234567890": "1234567890", "": "", "\ufeffb": "b", "مرحبا": "مرحبا",
	} {
		if got := legible(text, 10); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := oneLine(" a \n b\u00a0 c ", 10); got != "a b c" {
		t.Errorf("%q", got)
	}
}

// FuzzLinkify: nothing of the text is lost, and no link leads anywhere but to a host on the web.
func FuzzLinkify(f *testing.F) {
	for _, s := range []string{
		"see https://example.com/a_(b).", "www.example.com에서", "https://a@b.c", "http://[::1]/", "HTTPS://X.Y\u202e", "https://\xff.x/", "wwww.a.b", "https://a.b/\\",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for _, s := range linkify(text) {
			b.WriteString(s.Text)
			if s.URL == "" {
				continue
			}
			u, err := url.Parse(s.URL)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
				t.Fatalf("%q: a link to %q", text, s.URL)
			}
			if strings.ContainsAny(s.URL, " <>\"'`\n\x00") || !utf8.ValidString(s.Text) {
				t.Fatalf("%q: %q has what no URL has", text, s.URL)
			}
		}
		if b.String() != text {
			t.Fatalf("%q became %q", text, b.String())
		}
		if p := legible(text, 50); !utf8.ValidString(p) || utf8.RuneCountInString(p) > 51 {
			t.Fatalf("%q", p)
		}
	})
}
