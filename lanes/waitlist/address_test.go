package waitlist

import (
	"strings"
	"testing"
)

func TestNormalEmail(t *testing.T) {
	for given, want := range map[string]string{
		"a@example.com":                         "a@example.com",
		" A.B+c@Example.COM ":                   "a.b+c@example.com",
		"ａ＠ｅｘａｍｐｌｅ．ｃｏｍ":                         "a@example.com", // full width
		"a@한국.kr":                               "a@xn--3e0b707e.kr",
		"a@xn--3e0b707e.kr":                     "a@xn--3e0b707e.kr",
		"o'neil@example.co.kr":                  "o'neil@example.co.kr",
		"\u212Aelvin@example.com":               "kelvin@example.com", // the Kelvin sign
		"a@b@example.com":                       "",
		"a":                                     "",
		"@example.com":                          "",
		"a@":                                    "",
		"a@localhost":                           "",
		"a@127.0.0.1":                           "",
		"a@[127.0.0.1]":                         "",
		"a@-example.com":                        "",
		"a@example..com":                        "",
		"a@example.com.":                        "",
		"a..b@example.com":                      "",
		".a@example.com":                        "",
		`"a b"@example.com`:                     "",
		"a b@example.com":                       "",
		"a@exam ple.com":                        "",
		"a@example.com\r\nBcc: b@x.com":         "",
		"a\r\nBcc: b@x.com@example.com":         "",
		"a@example.com,b@example.com":           "",
		"Some One <a@example.com>":              "",
		"a\x00@example.com":                     "",
		"a\u202E@example.com":                   "",
		"аdmin@example.com":                     "", // a Cyrillic a
		"\xff@example.com":                      "",
		strings.Repeat("a", 64) + "@x.com":      strings.Repeat("a", 64) + "@x.com",
		strings.Repeat("a", 65) + "@x.com":      "",
		"a@" + strings.Repeat("b", 64) + ".com": "",
		strings.Repeat("a", 10_000):             "",
	} {
		got, rule := normalEmail(given)
		if got != want || (rule == "") != (want != "") {
			t.Errorf("%q: %q, rule %q, want %q", given, got, rule, want)
		}
	}
}

func TestNormalPhone(t *testing.T) {
	for given, want := range map[string]string{
		"010-1234-5678":      "+821012345678",
		"01012345678":        "+821012345678",
		"+82 10-1234-5678":   "+821012345678",
		"+82 (0)10 12345678": "+821012345678",
		"0082 10 1234 5678":  "+821012345678",
		"０１０１２３４５６７８":        "+821012345678",
		"02-123-4567":        "+8221234567",
		"+1 (415) 555-2671":  "+14155552671",
		"415 555 2671":       "",
		"+0 1234567890":      "",
		"010-12":             "",
		"+8210123456789012":  "",
		"010-1234-567a":      "",
		"":                   "",
		"+":                  "",
		"0":                  "",
		"+82":                "",
		"+82000000000":       "",
	} {
		got, rule := normalPhone(given)
		if got != want || (rule == "") != (want != "") {
			t.Errorf("%q: %q, rule %q, want %q", given, got, rule, want)
		}
	}
}

func TestMailbox(t *testing.T) {
	for address, want := range map[string]string{
		"a.b+x@gmail.com": "ab@gmail.com", "a.b@googlemail.com": "ab@gmail.com", "a.b+x@example.com": "a.b@example.com",
		"+x@example.com": "+x@example.com", "+821012345678": "+821012345678",
	} {
		if got := mailbox(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// FuzzNormalEmail: the normal form is its own normal form, and has nothing in it that could end a header.
func FuzzNormalEmail(f *testing.F) {
	for _, s := range []string{"a@example.com", "ａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "a@한국.kr", "a@example.com\r\nBcc: b", "ß@straße.de", "a@xn--a.com", "İ@example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, rule := normalEmail(s)
		if (address == "") == (rule == "") {
			t.Fatalf("%q: address %q and rule %q", s, address, rule)
		}
		if address == "" {
			return
		}
		for i := range len(address) {
			if c := address[i]; c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' || strings.IndexByte("<>,;:\"\\()[]", c) >= 0 {
				t.Fatalf("%q: %q has %q in it", s, address, c)
			}
		}
		if len(address) > maxEmail || strings.Count(address, "@") != 1 {
			t.Fatalf("%q: %q", s, address)
		}
		if again, rule := normalEmail(address); again != address {
			t.Fatalf("%q: %q becomes %q (%s)", s, address, again, rule)
		}
		if again := mailbox(mailbox(address)); again != mailbox(address) {
			t.Fatalf("%q: the mailbox of its mailbox is %q", s, again)
		}
	})
}

// FuzzNormalPhone: E.164, and its own normal form.
func FuzzNormalPhone(f *testing.F) {
	for _, s := range []string{"010-1234-5678", "+82 (0)10 12345678", "００8210", "+1 415 555 2671"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, rule := normalPhone(s)
		if (address == "") == (rule == "") {
			t.Fatalf("%q: address %q and rule %q", s, address, rule)
		}
		if address == "" {
			return
		}
		if len(address) < 9 || len(address) > 16 || address[0] != '+' || strings.Trim(address[1:], "0123456789") != "" {
			t.Fatalf("%q: %q", s, address)
		}
		if again, _ := normalPhone(address); again != address {
			t.Fatalf("%q: %q becomes %q", s, address, again)
		}
	})
}
