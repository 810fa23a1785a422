package fetch_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/platform/fetch"
)

func TestWhatIsRetried(t *testing.T) {
	refused := fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	for _, test := range []struct {
		name   string
		method string
		first  answer
		asked  int
	}{
		{"refused", "GET", refused, 2},
		{"reset", "GET", fails(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), 2},
		{"closed", "GET", fails(io.EOF), 2},
		{"cut off in the body", "GET", broken(io.ErrUnexpectedEOF), 2},
		{"502", "GET", text(502, ""), 2},
		{"503", "HEAD", text(503, ""), 2},
		{"504", "PUT", text(504, ""), 2},
		{"POST", "POST", text(503, ""), 1},
		{"POST refused", "POST", refused, 1},
		{"500", "GET", text(500, ""), 1},
		{"429", "GET", text(429, "", "Retry-After", "0"), 1},
		{"404", "GET", text(404, ""), 1},
		{"too large", "GET", text(200, strings.Repeat("x", 200)), 1},
		{"not HTTP", "GET", fails(errors.New("malformed")), 1},
		{"no such name", "GET", fails(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), 1},
		{"not who it says", "GET", fails(&tls.CertificateVerificationError{Err: x509.HostnameError{}}), 1},
		{"private", "GET", fails(&net.OpError{Op: "dial", Err: fetch.ErrPrivate}), 1},
		{"come back later", "GET", text(503, "", "Retry-After", "6"), 1},
	} {
		f := only(site, inTurn(test.first, text(200, "ok")))
		var n naps
		c := fetch.New(fetch.Config{Transport: f, Retries: 3, MaxBody: 150, Sleep: n.sleep})
		a, err := c.Do(t.Context(), request(t, test.method, site, nil))
		if len(f.asked) != test.asked || len(n) != test.asked-1 {
			t.Errorf("%s: asked %d times with waits %v, want %d", test.name, len(f.asked), n, test.asked)
		}
		if test.asked == 2 && (err != nil || a.Status != 200) {
			t.Errorf("%s: %+v, %v", test.name, a, err)
		}
	}
}

func TestPostWithAKeyIsRetriedWithItsBody(t *testing.T) {
	f := only(site, inTurn(text(503, ""), text(200, "ok")))
	r := request(t, "POST", site, []byte("body"))
	r.Header.Set("Idempotency-Key", "1")
	a, err := fetch.New(fetch.Config{Transport: f, Retries: 1, Sleep: new(naps).sleep}).Do(t.Context(), r)
	if err != nil || a.Status != 200 || fmt.Sprint(f.bodies) != "[body body]" {
		t.Errorf("%+v, %v, bodies %q", a, err, f.bodies)
	}
}

func TestTheLastAnswerIsGiven(t *testing.T) {
	f := only(site, text(503, "down"))
	var n naps
	a, err := get(t, fetch.New(fetch.Config{Transport: f, Retries: 4, Sleep: n.sleep}), site)
	if err != nil || a.Status != 503 || string(a.Body) != "down" || len(f.asked) != 5 {
		t.Errorf("%+v, %v after %d", a, err, len(f.asked))
	}
	for i, d := range n {
		most := 200 * time.Millisecond << i
		if d < most/2 || d > most {
			t.Errorf("wait %d was %v, want %v to %v", i, d, most/2, most)
		}
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for value, want := range map[string]time.Duration{"4": 4 * time.Second, "Mon, 02 Mar 2026 12:00:03 GMT": 3 * time.Second} {
		f := only(site, inTurn(text(503, "", "Retry-After", value), text(200, "ok")))
		var n naps
		c := fetch.New(fetch.Config{Transport: f, Retries: 1, Sleep: n.sleep, Now: func() time.Time { return noon }})
		if a, err := get(t, c, site); err != nil || a.Status != 200 || len(n) != 1 || n[0] != want {
			t.Errorf("%s: %+v, %v, waits %v, want %v", value, a, err, n, want)
		}
	}
}

func TestNoRetryThatWouldEndTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		f := only(site, text(503, "", "Retry-After", "4"))
		a, err := get(t, fetch.New(fetch.Config{Transport: f, Retries: 9, Timeout: 10 * time.Second}), site)
		if err != nil || a.Status != 503 || len(f.asked) != 3 || time.Since(begin) != 8*time.Second {
			t.Errorf("%+v, %v: asked %d times in %v", a, err, len(f.asked), time.Since(begin))
		}
	})
}

func TestRetriesFollowRedirectsAnew(t *testing.T) {
	f := &fake{answers: map[string]answer{"GET " + site: to(302, "/q"), "GET https://api.example.com/q": inTurn(text(502, ""), text(200, "ok"))}}
	a, err := get(t, fetch.New(fetch.Config{Transport: f, Retries: 1, Redirects: 1, Sleep: new(naps).sleep}), site)
	if err != nil || a.Status != http.StatusOK || len(f.asked) != 4 {
		t.Errorf("%+v, %v after %v", a, err, f.urls())
	}
}
