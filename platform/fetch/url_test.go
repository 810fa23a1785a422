package fetch_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

func TestCheck(t *testing.T) {
	open := fetch.New(fetch.Config{})
	few := fetch.New(fetch.Config{Hosts: []string{"api.example.com", "*.cdn.example", "*.프로필.example", "Upper.Example."}})
	private := fetch.New(fetch.Config{Private: true})
	for _, test := range []struct {
		client *fetch.Client
		url    string
		want   error
	}{
		{open, "https://api.example.com/x?y=1", nil},
		{open, "http://8.8.8.8:8080/", nil},
		{open, "https://[2606:4700::1]/", nil},
		{open, "https://xn--zf4b17b.example/", nil},
		{open, "https://프로필.example/", nil},

		{open, "ftp://example.com/", fetch.ErrURL},
		{open, "file:///etc/passwd", fetch.ErrURL},
		{open, "gopher://example.com/", fetch.ErrURL},
		{open, "https:example.com", fetch.ErrURL},
		{open, "//example.com/", fetch.ErrURL},
		{open, "/path", fetch.ErrURL},
		{open, "https://", fetch.ErrURL},
		{open, "https://./", fetch.ErrURL},
		{open, "https://user@example.com/", fetch.ErrURL},
		{open, "https://user:password@example.com/", fetch.ErrURL},
		{open, "https://" + strings.Repeat("a.", 200) + "example/", fetch.ErrURL},
		{open, "http://[fe80::1%25eth0]/", fetch.ErrURL},

		{open, "http://127.0.0.1/", fetch.ErrPrivate},
		{open, "http://127.0.0.1./", fetch.ErrPrivate},
		{open, "http://[::1]:80/", fetch.ErrPrivate},
		{open, "http://[::ffff:127.0.0.1]/", fetch.ErrPrivate},
		{open, "http://[::ffff:7f00:1]/", fetch.ErrPrivate},
		{open, "http://[64:ff9b::7f00:1]/", fetch.ErrPrivate},
		{open, "http://169.254.169.254/latest/meta-data/", fetch.ErrPrivate},
		{open, "http://localhost/", fetch.ErrPrivate},
		{open, "http://LOCALHOST./", fetch.ErrPrivate},
		{open, "http://ｌｏｃａｌｈｏｓｔ/", fetch.ErrPrivate},
		{open, "http://①②⑦.0.0.1/", fetch.ErrPrivate},
		{open, "http://metadata.google.internal/", fetch.ErrPrivate},
		{open, "http://printer.local/", fetch.ErrPrivate},
		{open, "http://2130706433/", fetch.ErrURL},
		{open, "http://017700000001/", fetch.ErrURL},
		{open, "http://0x7f000001/", fetch.ErrURL},
		{open, "http://0x7f.1/", fetch.ErrURL},
		{open, "http://127.1/", fetch.ErrURL},
		{open, "http://127.0.0.01/", fetch.ErrURL},
		{open, "http://0/", fetch.ErrURL},

		{few, "https://api.example.com/", nil},
		{few, "https://API.Example.COM./", nil},
		{few, "https://upper.example/", nil},
		{few, "https://a.cdn.example/", nil},
		{few, "https://a.b.cdn.example/", nil},
		{few, "https://www.프로필.example/", nil},
		{few, "https://cdn.example/", fetch.ErrHost},
		{few, "https://xcdn.example/", fetch.ErrHost},
		{few, "https://.cdn.example/", fetch.ErrHost},
		{few, "https://evil-api.example.com/", fetch.ErrHost},
		{few, "https://api.example.com.evil.example/", fetch.ErrHost},
		{few, "https://8.8.8.8/", fetch.ErrHost},

		{private, "http://127.0.0.1:8080/", nil},
		{private, "http://localhost/", nil},
		{private, "http://127.1/", fetch.ErrURL},
		{private, "file:///etc/passwd", fetch.ErrURL},
	} {
		u, err := url.Parse(test.url)
		if err != nil {
			t.Fatalf("%s: %v", test.url, err)
		}
		err = test.client.Check(u)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.url, err, test.want)
		}
		if err != nil && len(fault.From(err).Fields) == 0 {
			t.Errorf("%s: %v does not say which rule", test.url, err)
		}
	}
}
