package identity_test

import (
	"net/http"
	"testing"

	"github.com/hotlane/hotlane/platform/identity"
)

// TestKnown: anyone may, and a user who shows a token is known by it; a wrong token is refused, one that is not ours is not read.
func TestKnown(t *testing.T) {
	h := newHouse(t)
	a, made := h.open(func(c *identity.Config) { c.Tokens.Algorithm, c.Tokens.Secret = "HS256", hsSecret })
	expired := token(t, "HS256", []byte(hsSecret), claims(h, map[string]any{"exp": 1}))
	for _, c := range []struct {
		name   string
		r      *http.Request
		status int
		who    identity.Caller
	}{
		{"nothing", with("Accept", "*/*"), 200, identity.Caller{}},
		{"a user", bearer(token(t, "HS256", []byte(hsSecret), claims(h, map[string]any{"sub": "minji"}))), 200, identity.Caller{Access: identity.User, ID: "minji"}},
		{"a token that has expired", bearer(expired), 401, identity.Caller{}},
		{"a token of somebody else's", bearer("opaque-token-of-the-old-backend"), 200, identity.Caller{}},
		{"a key", bearer(made.Service), 200, identity.Caller{Access: identity.Service, ID: "service"}},
		{"a key that is none", bearer("hl_service_00000000000000000000"), 401, identity.Caller{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, who := ask(a, identity.Known, c.r)
			if w.Code != c.status || (who == nil) != (c.status != 200) || who != nil && *who != c.who {
				t.Errorf("%d, %+v; want %d, %+v", w.Code, who, c.status, c.who)
			}
		})
	}
	without, _ := newHouse(t).open(nil)
	if w, who := ask(without, identity.Known, bearer(expired)); w.Code != 200 || who.Access != identity.Public {
		t.Errorf("where no tokens are known: %d, %+v", w.Code, who)
	}
}
