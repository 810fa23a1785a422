package identity_test

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/identity"
)

// clock is a time that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// house is a database that several authenticators may follow each other on, as processes do.
type house struct {
	t     *testing.T
	db    *db.DB
	clock *clock
	log   *bytes.Buffer
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return houseOn(t, dbtest.Open(t, identity.Migrations(), identity.Database))
}

// eachHouse runs a test on every engine at hand: what it checks stands in SQL.
func eachHouse(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachDB(t, identity.Migrations(), identity.Database, func(t *testing.T, d *db.DB) { fn(t, houseOn(t, d)) })
}

func houseOn(t *testing.T, d *db.DB) *house {
	t.Helper()
	return &house{t: t, db: d, log: &bytes.Buffer{}, clock: &clock{at: time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC)}}
}

func (h *house) open(change func(*identity.Config)) (*identity.Authenticator, identity.Generated) {
	h.t.Helper()
	cfg := identity.DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	a, err := identity.New(cfg, identity.Deps{
		Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: h.clock.now, DB: h.db, Refuse: httpio.WriteProblem,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	made, err := a.Start(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return a, made
}

// ask sends a request through the middleware of an access and answers with the caller that the handler saw, if any.
func ask(a *identity.Authenticator, access identity.Access, r *http.Request) (*httptest.ResponseRecorder, *identity.Caller) {
	var seen *identity.Caller
	h := a.Middleware(access)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c := identity.From(r.Context())
		seen = &c
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w, seen
}

func with(key, value string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/v1/things", nil)
	if key != "" {
		r.Header.Set(key, value)
	}
	return r
}

func bearer(token string) *http.Request { return with("Authorization", "Bearer "+token) }

// login posts the form, as a browser on the same site does.
func login(a *identity.Authenticator, key, next string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	form := url.Values{"key": {key}, "next": {next}}
	r := httptest.NewRequest(http.MethodPost, "http://example.com"+identity.LoginPath, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	a.Login().ServeHTTP(w, r)
	return w
}

func overTLS(r *http.Request) { r.TLS = &tls.ConnectionState{} }

func cookieOf(t *testing.T, w *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("got %d cookies with status %d: %s", len(cookies), w.Code, w.Body)
	}
	return cookies[0]
}
