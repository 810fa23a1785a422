package fetch_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

func to(status int, location string) answer { return text(status, "", "Location", location) }

func TestRedirectsAreFollowed(t *testing.T) {
	for _, test := range []struct {
		method string
		status int
		then   string
		body   string // of the second request
	}{
		{"GET", 301, "GET", ""},
		{"GET", 302, "GET", ""},
		{"HEAD", 303, "HEAD", ""},
		{"POST", 301, "GET", ""},
		{"POST", 302, "GET", ""},
		{"POST", 303, "GET", ""},
		{"PUT", 302, "PUT", "body"},
		{"PUT", 303, "GET", ""},
		{"POST", 307, "POST", "body"},
		{"POST", 308, "POST", "body"},
	} {
		name := fmt.Sprint(test.method, test.status)
		const second = "https://api.example.com/q?x=1"
		f := &fake{answers: map[string]answer{
			test.method + " " + site: to(test.status, "/q?x=1#part"), test.then + " " + second: text(200, "there"),
		}}
		r := request(t, test.method, site, nil)
		if test.method[0] == 'P' {
			r = request(t, test.method, site, []byte("body"))
			r.Header.Set("Content-Type", "text/plain")
		}
		r.Header.Set("Authorization", "Bearer x")
		a, err := fetch.New(fetch.Config{Transport: f, Redirects: 1}).Do(t.Context(), r)
		if err != nil || a.Status != 200 || a.URL.String() != second {
			t.Errorf("%s: %+v, %v after %v", name, a, err, f.urls())
			continue
		}
		if f.bodies[1] != test.body || (f.asked[1].Header.Get("Content-Type") == "") != (test.body == "") {
			t.Errorf("%s: body %q, type %q", name, f.bodies[1], f.asked[1].Header.Get("Content-Type"))
		}
		if f.asked[1].Header.Get("Authorization") != "Bearer x" {
			t.Errorf("%s: the same origin was not told who asks", name)
		}
	}
}

func TestRedirectsThatNobodyFollows(t *testing.T) {
	for location, want := range map[string]error{
		"http://127.0.0.1/":                        fetch.ErrPrivate,
		"https://127.0.0.1:8443/":                  fetch.ErrPrivate,
		"//169.254.169.254/latest/meta-data/":      fetch.ErrPrivate,
		"http://[::1]/":                            fetch.ErrPrivate,
		"http://[::ffff:169.254.169.254]/":         fetch.ErrPrivate,
		"http://2130706433/":                       fetch.ErrURL,
		"http://0x7f.0.0.1/":                       fetch.ErrURL,
		"http://localhost/":                        fetch.ErrPrivate,
		"http://user:pass@api.example.com/":        fetch.ErrURL,
		"http://other.example.org/":                fetch.ErrHost,
		"file:///etc/passwd":                       fetch.ErrURL,
		"javascript:alert(1)":                      fetch.ErrURL,
		"http://api.example.com:99999999999999/%%": fetch.ErrRedirects, // no URL at all
		"http://api.example.com/p":                 fetch.ErrRedirects, // to itself
	} {
		const from = "http://api.example.com/p"
		f := only(from, to(302, location))
		cfg := fetch.Config{Transport: f, Redirects: 3}
		if errors.Is(want, fetch.ErrHost) {
			cfg.Hosts = []string{"api.example.com"}
		}
		_, err := get(t, fetch.New(cfg), from)
		if !errors.Is(err, want) || !errors.Is(err, fetch.ErrRedirects) || fault.From(err).Kind != fault.BadGateway {
			t.Errorf("%s: %v, want %v", location, err, want)
		}
		if n := len(f.urls()); n > 4 || slices.ContainsFunc(f.urls(), func(u string) bool { return u != "GET "+from }) {
			t.Errorf("%s: asked %v", location, f.urls())
		}
	}
}

func TestNeverFromHTTPSToHTTP(t *testing.T) {
	f := only(site, to(302, "http://api.example.com/p"))
	if _, err := get(t, fetch.New(fetch.Config{Transport: f, Redirects: 3, Private: true}), site); !errors.Is(err, fetch.ErrRedirects) || len(f.asked) != 1 {
		t.Errorf("%v after %v", err, f.urls())
	}
}

func TestWithoutRedirectsTheRedirectIsTheAnswer(t *testing.T) {
	f := only(site, to(302, "http://127.0.0.1/"))
	if a, err := get(t, fetch.New(fetch.Config{Transport: f}), site); err != nil || a.Status != 302 || len(f.asked) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestSecretsStayWithTheirOrigin(t *testing.T) {
	for _, elsewhere := range []string{
		"https://other.example.com/", "https://sub.api.example.com/", "https://api.example.com:8443/", "https://API.example.com/",
	} {
		same := elsewhere == "https://API.example.com/"
		f := &fake{answers: map[string]answer{
			"GET " + site: to(307, elsewhere), "GET " + elsewhere: to(307, site+"?back"), "GET " + site + "?back": text(200, ""),
		}}
		r := request(t, "GET", site, nil)
		secrets := []string{"Authorization", "Cookie", "X-Api-Key", "X-Upstream-Token"}
		for _, name := range secrets {
			r.Header.Set(name, "secret")
		}
		r.Header.Set("Accept", "application/json")
		if _, err := fetch.New(fetch.Config{Transport: f, Redirects: 5, Secrets: []string{"x-upstream-token"}}).Do(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		for i, asked := range f.asked {
			if asked.Header.Get("Accept") == "" {
				t.Errorf("%s: hop %d lost its Accept", elsewhere, i)
			}
			for _, name := range secrets {
				if want := i == 0 || same; (asked.Header.Get(name) != "") != want {
					t.Errorf("%s: hop %d to %s has %s %q", elsewhere, i, asked.URL, name, asked.Header.Get(name))
				}
			}
		}
	}
}

func TestABodyThatCannotBeSentTwiceIsNotRedirected(t *testing.T) {
	f := &fake{answers: map[string]answer{"POST " + site: to(307, "/q")}}
	r := request(t, "POST", site, []byte("body"))
	r.GetBody = nil
	if _, err := fetch.New(fetch.Config{Transport: f, Redirects: 1}).Do(t.Context(), r); !errors.Is(err, fetch.ErrRedirects) || len(f.asked) != 1 || f.bodies[0] != "body" {
		t.Errorf("%v after %v %q", err, f.urls(), f.bodies)
	}
}
