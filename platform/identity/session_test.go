package identity_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/identity"
)

func TestSession(t *testing.T) { eachHouse(t, checkSession) }

func checkSession(t *testing.T, h *house) {
	a, made := h.open(nil)
	w := login(a, "  "+made.Admin+"\n", "/allocation?day=1", overTLS)
	c := cookieOf(t, w)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/allocation?day=1" {
		t.Errorf("got %d to %q", w.Code, w.Header().Get("Location"))
	}
	if c.Name != "__Host-hotlane" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" ||
		c.MaxAge != 12*3600 || len(c.Value) != 43 {
		t.Errorf("the cookie is %+v", c)
	}
	var stored int
	if err := h.db.QueryRow(t.Context(), `SELECT count(*) FROM sessions WHERE hash = $1`, c.Value).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the token stands in the database in the clear: %d, %v", stored, err)
	}

	page := func(change ...func(*http.Request)) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "https://example.com/v1/pause", nil)
		r.AddCookie(c)
		for _, f := range change {
			f(r)
		}
		return r
	}
	if w, seen := ask(a, identity.Admin, page()); seen == nil || *seen != (identity.Caller{Access: identity.Admin, ID: "admin"}) {
		t.Errorf("got %d, %v", w.Code, seen)
	}
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		w, seen := ask(a, identity.Admin, page(func(r *http.Request) { r.Header.Set(header, value) }))
		if seen != nil || w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "identity.cross_origin") {
			t.Errorf("%s: %s: got %d %s", header, value, w.Code, w.Body)
		}
	}
	if _, seen := ask(a, identity.Admin, page(func(r *http.Request) { r.TLS = nil })); seen != nil {
		t.Error("a __Host- cookie counts over TLS only")
	}

	h.clock.advance(12*time.Hour - time.Second)
	if _, seen := ask(a, identity.Admin, page()); seen == nil {
		t.Error("the session ended early")
	}
	h.clock.advance(2 * time.Second)
	if w, seen := ask(a, identity.Admin, page()); seen != nil || w.Code != http.StatusUnauthorized {
		t.Errorf("the session is over, got %d", w.Code)
	}
}

func TestLogout(t *testing.T) { eachHouse(t, checkLogout) }

func checkLogout(t *testing.T, h *house) {
	a, made := h.open(nil)
	c := cookieOf(t, login(a, made.Admin, ""))
	if c.Name != "hotlane" || c.Secure {
		t.Errorf("without TLS the cookie is %+v", c)
	}
	r := with("Cookie", c.Name+"="+c.Value)
	if _, seen := ask(a, identity.Admin, r); seen == nil {
		t.Fatal("not logged in")
	}
	out := httptest.NewRequest(http.MethodPost, "/_hotlane/logout", nil)
	out.AddCookie(c)
	out.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	a.Logout().ServeHTTP(w, out)
	if _, seen := ask(a, identity.Admin, r); seen == nil || w.Code != http.StatusForbidden {
		t.Errorf("another site logged the operator out: %d", w.Code)
	}
	out.Header.Set("Sec-Fetch-Site", "same-origin")
	w = httptest.NewRecorder()
	a.Logout().ServeHTTP(w, out)
	if gone := cookieOf(t, w); gone.MaxAge >= 0 || w.Header().Get("Location") != identity.LoginPath {
		t.Errorf("the cookie stays: %+v", gone)
	}
	if _, seen := ask(a, identity.Admin, r); seen != nil {
		t.Error("the session goes on after the logout")
	}
}

func TestNewKeyEndsSessions(t *testing.T) { eachHouse(t, checkNewKeyEndsSessions) }

func checkNewKeyEndsSessions(t *testing.T, h *house) {
	a, made := h.open(nil)
	c := cookieOf(t, login(a, made.Admin, ""))
	r := with("Cookie", c.Name+"="+c.Value)
	b, _ := h.open(nil)
	if _, seen := ask(b, identity.Admin, r); seen == nil {
		t.Error("a restart must keep sessions")
	}
	b, _ = h.open(func(c *identity.Config) { c.AdminKey = "another admin key" })
	if _, seen := ask(b, identity.Admin, r); seen != nil {
		t.Error("a session outlived its key")
	}
}

func TestLoginRefused(t *testing.T) {
	h := newHouse(t)
	a, made := h.open(nil)
	if w := login(a, made.Service, "/a b"); w.Code != http.StatusSeeOther ||
		w.Header().Get("Location") != identity.LoginPath+"?next=%2Fa+b&failed=1" || len(w.Result().Cookies()) != 0 {
		t.Errorf("the service key: got %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := login(a, "wrong", "/", func(r *http.Request) { r.Header.Del("Accept") }); w.Code != http.StatusUnauthorized {
		t.Errorf("without a page: got %d", w.Code)
	}
	if w := login(a, made.Admin, "/", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); w.Code != http.StatusForbidden {
		t.Errorf("from another site: got %d", w.Code)
	}
	if w := login(a, strings.Repeat("x", 10000), "/"); w.Code != http.StatusBadRequest {
		t.Errorf("an endless form: got %d", w.Code)
	}
	for _, next := range []string{"//evil.example", `/\evil.example`, `/./\evil.example`, `/x/../\evil.example/`, "https://evil.example", "javascript:alert(1)", "", "/\t/evil.example"} {
		if w := login(a, made.Admin, next); w.Header().Get("Location") != "/" {
			t.Errorf("next %q led to %q", next, w.Header().Get("Location"))
		}
	}
}

func TestPageGoesToLogin(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(nil)
	r := with("Accept", "text/html,*/*")
	w, _ := ask(a, identity.Admin, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != identity.LoginPath+"?next=%2Fv1%2Fthings" {
		t.Errorf("got %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w, _ := ask(a, identity.Service, r); w.Code != http.StatusUnauthorized {
		t.Errorf("an endpoint of services is no page: got %d", w.Code)
	}
}
