package identity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/identity"
)

func TestAttempts(t *testing.T) {
	h := newHouse(t)
	a, made := h.open(func(c *identity.Config) {
		c.AdminKey, c.Tokens.Algorithm, c.Tokens.Secret = "a weak key of config", "HS256", hsSecret
	})
	from := func(addr string, r *http.Request) *http.Request {
		r.RemoteAddr = addr
		return r
	}
	try := func(addr, key string) int {
		w, _ := ask(a, identity.Service, from(addr, bearer(key)))
		return w.Code
	}
	for i := range 10 {
		if got := try("[2001:db8::1]:1", fmt.Sprintf("guess number %d", i)); got != http.StatusUnauthorized {
			t.Fatalf("attempt %d: got %d", i, got)
		}
	}
	w, _ := ask(a, identity.Admin, from("[2001:db8::2]:2", bearer("a weak key of config")))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" {
		t.Errorf("the same /64, with the right key: got %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := login(a, "a weak key of config", "/", func(r *http.Request) { r.RemoteAddr = "[2001:db8::3]:1" }); w.Code != http.StatusTooManyRequests {
		t.Errorf("the login: got %d", w.Code)
	}
	if got := try("[2001:db8::1]:1", made.Service); got != http.StatusOK {
		t.Errorf("a key that nobody can guess must not be locked out by others: got %d", got)
	}
	if got := try("[2001:db8:0:1::1]:1", "a weak key of config"); got != http.StatusOK {
		t.Errorf("another network: got %d", got)
	}
	expired := token(t, "HS256", []byte(hsSecret), claims(h, map[string]any{"exp": 1}))
	for range 30 {
		ask(a, identity.User, from("192.0.2.1:1", bearer(expired)))
	}
	if got := try("192.0.2.1:1", "a weak key of config"); got != http.StatusOK {
		t.Errorf("expired tokens are no attempts: got %d", got)
	}
	h.clock.advance(time.Minute)
	if got := try("[2001:db8::1]:1", "a weak key of config"); got != http.StatusOK {
		t.Errorf("after the window: got %d", got)
	}
}

// TestManyAddresses: who comes from ever new addresses is slowed down once the table is full, and known ones are not.
func TestManyAddresses(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(func(c *identity.Config) { c.AdminKey = "a weak key of config" })
	last := 0
	for i := range 10_100 {
		r := bearer("guess " + strings.Repeat("x", 10))
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255)
		w, _ := ask(a, identity.Admin, r)
		last = w.Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last one got %d", last)
	}
	r := bearer("a weak key of config")
	r.RemoteAddr = "10.0.0.1:1"
	if w, _ := ask(a, identity.Admin, r); w.Code != http.StatusOK {
		t.Errorf("a known address with the right key got %d", w.Code)
	}
}
