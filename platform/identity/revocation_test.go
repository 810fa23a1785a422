package identity_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

func withTokens(c *identity.Config) { c.Tokens.Algorithm, c.Tokens.Secret = "HS256", hsSecret }

// issued is a token of a user as of now, good for an hour.
func (h *house) issued(user string, change jwt.MapClaims) string {
	h.t.Helper()
	c := claims(h, jwt.MapClaims{"sub": user, "iat": h.clock.now().Unix()})
	for name, value := range change {
		c[name] = value
		if value == nil {
			delete(c, name)
		}
	}
	return token(h.t, "HS256", []byte(hsSecret), c)
}

// code of the refusal of a token, empty when it is let in; the middleware and Token must agree.
func code(t testing.TB, a *identity.Authenticator, text string) string {
	t.Helper()
	_, err := a.Authenticate(bearer(text))
	_, _, err2 := a.Token(text)
	one, two := fault.From(err), fault.From(err2)
	if (err == nil) != (err2 == nil) || err != nil && one.Code != two.Code {
		t.Fatalf("in a request %v, outside %v", err, err2)
	}
	if err == nil {
		return ""
	}
	return one.Code
}

func is(t testing.TB, a *identity.Authenticator, text, want string) {
	t.Helper()
	if got := code(t, a, text); got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

const (
	revoked = "identity.token_revoked"
	expired = "identity.token_expired"
)

func TestRevoke(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		one, _ := h.open(withTokens)
		other, _ := h.open(withTokens)
		old, silent, foreign := h.issued("u1", nil), h.issued("u1", jwt.MapClaims{"iat": nil}), h.issued("u2", nil)
		for _, a := range []*identity.Authenticator{one, other} {
			for _, text := range []string{old, silent, foreign} {
				is(t, a, text, "") // and is remembered
			}
		}
		var told []string
		defer other.Revoked(func(user string) { told = append(told, user) })()
		h.clock.advance(1500 * time.Millisecond)
		if err := one.Revoke(t.Context(), "u1", h.clock.now()); err != nil {
			t.Fatal(err)
		}
		sameSecond := h.issued("u1", nil)
		h.clock.advance(time.Second)
		young := h.issued("u1", nil)
		is(t, other, old, "") // it does not know yet
		if err := other.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := other.Look(t.Context()); err != nil || len(told) != 1 || told[0] != "u1" {
			t.Errorf("told of %v, %v", told, err)
		}
		next, _ := h.open(withTokens)
		for _, a := range []*identity.Authenticator{one, other, next} {
			is(t, a, old, revoked)
			is(t, a, silent, revoked)
			is(t, a, sameSecond, revoked)
			is(t, a, foreign, "")
			is(t, a, young, "")
		}
		if err := one.Revoke(t.Context(), "u1", h.clock.now().Add(-time.Hour)); err != nil { // an older one takes nothing back
			t.Fatal(err)
		}
		is(t, one, old, revoked)
		is(t, one, young, "")
	})
}

// TestRevocationsEnd: rows and memory go when no token that they are about can be valid, and no such token is let in afterwards.
func TestRevocationsEnd(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		a, _ := h.open(func(c *identity.Config) {
			withTokens(c)
			c.Tokens.Longest = 2 * time.Hour
		})
		long := h.issued("u1", jwt.MapClaims{"exp": h.clock.now().Add(1000 * time.Hour).Unix()})
		short := h.issued("u1", nil)
		is(t, a, long, "")
		h.clock.advance(time.Second)
		for _, user := range []string{"u1", "u2"} {
			if err := a.Revoke(t.Context(), user, h.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		rows := func(want int) {
			t.Helper()
			var n int
			if err := h.db.QueryRow(t.Context(), `SELECT count(*) FROM revocations`).Scan(&n); err != nil || n != want {
				t.Errorf("%d rows, not %d (%v)", n, want, err)
			}
		}
		rows(2)
		is(t, a, long, revoked)
		h.clock.advance(119 * time.Minute)
		if err := a.Revoke(t.Context(), "u3", h.clock.now()); err != nil {
			t.Fatal(err)
		}
		rows(3)
		is(t, a, long, revoked)
		h.clock.advance(time.Hour)
		if err := a.Look(t.Context()); err != nil { // forgets what memory has
			t.Fatal(err)
		}
		if err := a.Revoke(t.Context(), "u4", h.clock.now()); err != nil {
			t.Fatal(err)
		}
		rows(2)
		is(t, a, long, expired)
		is(t, a, short, expired)
		is(t, a, h.issued("u1", nil), "")
	})
}

// TestARevokedTokenIsNeverLetIn moves the clock on at random, over nodes that start anew: what was revoked stays refused, whatever
// the token says of its age, as long as its issuer keeps to tokens.longest or says when it issued it.
func TestARevokedTokenIsNeverLetIn(t *testing.T) {
	h := newHouse(t)
	rapid.Check(t, func(r *rapid.T) {
		longest := time.Duration(rapid.IntRange(1, 5).Draw(r, "longest")) * time.Hour
		open := func() *identity.Authenticator {
			a, _ := h.open(func(c *identity.Config) {
				withTokens(c)
				c.Tokens.Longest, c.Tokens.Cache = longest, rapid.SampledFrom([]int{0, 100}).Draw(r, "cache")
			})
			return a
		}
		a := open()
		user := rapid.StringMatching(`[a-z]{8}`).Draw(r, "user")
		life := time.Duration(rapid.IntRange(1, 1200).Draw(r, "life")) * time.Minute
		change := jwt.MapClaims{"exp": h.clock.now().Add(life).Unix()}
		if life <= longest && rapid.Bool().Draw(r, "without iat") {
			change["iat"] = nil
		}
		text := h.issued(user, change)
		h.clock.advance(time.Second)
		if err := a.Revoke(t.Context(), user, h.clock.now()); err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 20).Draw(r, "steps") {
			h.clock.advance(time.Duration(rapid.IntRange(1, 100).Draw(r, "minutes")) * time.Minute)
			switch rapid.IntRange(0, 3).Draw(r, "step") {
			case 0:
				a = open()
			case 1:
				if err := a.Look(t.Context()); err != nil {
					r.Fatal(err)
				}
			case 2:
				if err := a.Revoke(t.Context(), "somebody", h.clock.now()); err != nil {
					r.Fatal(err)
				}
			}
			if _, _, err := a.Token(text); err == nil {
				r.Fatalf("it is let in again, %v after it was issued for %v", h.clock.now(), life)
			}
		}
	})
}

func TestLongest(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(func(c *identity.Config) {
		withTokens(c)
		c.Tokens.Longest = time.Hour
	})
	at := func(d time.Duration) int64 { return h.clock.now().Add(d).Unix() }
	is(t, a, h.issued("u1", jwt.MapClaims{"iat": at(-59 * time.Minute), "exp": at(9 * time.Hour)}), "")
	is(t, a, h.issued("u1", jwt.MapClaims{"iat": at(-61 * time.Minute), "exp": at(9 * time.Hour)}), expired)
	is(t, a, h.issued("u1", jwt.MapClaims{"iat": nil, "exp": at(59 * time.Minute)}), "")
	is(t, a, h.issued("u1", jwt.MapClaims{"iat": nil, "exp": at(62 * time.Minute)}), "identity.token")
	is(t, a, h.issued("u1", jwt.MapClaims{"iat": "yesterday"}), "identity.token")
	long := h.issued("u1", jwt.MapClaims{"exp": at(9 * time.Hour)})
	is(t, a, long, "")
	h.clock.advance(61 * time.Minute)
	is(t, a, long, expired)

	unbound, _ := h.open(withTokens)
	old := h.issued("u1", jwt.MapClaims{"iat": nil, "exp": at(99 * 8760 * time.Hour)})
	is(t, unbound, old, "")
	if err := unbound.Revoke(t.Context(), "u1", h.clock.now()); err != nil {
		t.Fatal(err)
	}
	h.clock.advance(20 * 8760 * time.Hour)
	if err := unbound.Revoke(t.Context(), "u2", h.clock.now()); err != nil { // which forgets what has ended
		t.Fatal(err)
	}
	again, _ := h.open(withTokens)
	is(t, again, old, "identity.token_revoked")
}

func TestToken(t *testing.T) {
	h := newHouse(t)
	a, made := h.open(withTokens)
	c, end, err := a.Token(h.issued("u1", nil))
	if err != nil || c != (identity.Caller{Access: identity.User, ID: "u1"}) {
		t.Error(c, err)
	}
	if want := h.clock.now().Add(time.Hour + 30*time.Second); !end.Equal(want) { // with the leeway
		t.Errorf("it ends at %v, not %v", end, want)
	}
	again, endAgain, err := a.Token(h.issued("u1", nil)) // a remembered one
	if err != nil || again != c || !endAgain.Equal(end) {
		t.Error(again, endAgain, err)
	}
	for what, text := range map[string]string{"nothing": "", "the admin key": made.Admin, "the service key": made.Service, "nonsense": "a.b.c"} {
		if c, _, err := a.Token(text); err == nil || c.Access != identity.Public || fault.From(err).Kind != fault.Unauthorized {
			t.Errorf("%s: %v, %v", what, c, err)
		}
	}
	none, _ := h.open(nil)
	if _, _, err := none.Token(h.issued("u1", nil)); err == nil {
		t.Error("a token passes where none are configured")
	}
	lasting, _ := h.open(func(c *identity.Config) {
		withTokens(c)
		c.Tokens.RequireExpiry = false
	})
	if _, end, err := lasting.Token(h.issued("u1", jwt.MapClaims{"exp": nil, "iat": nil})); err != nil || !end.IsZero() {
		t.Error(end, err)
	}
}

func TestRevokeRefuses(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(withTokens)
	for what, err := range map[string]error{
		"nobody":     a.Revoke(t.Context(), "", h.clock.now()),
		"long":       a.Revoke(t.Context(), strings.Repeat("x", 257), h.clock.now()),
		"zero":       a.Revoke(t.Context(), "u\x001", h.clock.now()),
		"the future": a.Revoke(t.Context(), "u1", h.clock.now().Add(time.Hour)),
	} {
		if f := fault.From(err); f.Kind != fault.Invalid || f.Code != "identity.revocation" || len(f.Fields) != 1 {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSubscriptionsAreRevoked(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(withTokens)
	text := h.issued("u1", jwt.MapClaims{"channel": "news:1"})
	public := h.issued("", jwt.MapClaims{"channel": "news:1", "sub": nil})
	h.clock.advance(time.Second)
	if err := a.Revoke(t.Context(), "u1", h.clock.now()); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := a.Subscription(t.Context(), text); fault.From(err).Code != revoked {
		t.Error(err)
	}
	if user, channel, _, err := a.Subscription(t.Context(), public); err != nil || user != "" || channel != "news:1" {
		t.Error(user, channel, err)
	}
}

// TestRun: what one node revokes reaches another, which did nothing for it; and a database that does not answer ends nothing.
func TestRun(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		one, _ := h.open(withTokens)
		other, _ := h.open(withTokens)
		text := h.issued("u1", nil)
		is(t, other, text, "")
		told := make(chan string, 1)
		defer other.Revoked(func(user string) { told <- user })()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if err := other.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		h.clock.advance(time.Second)
		if err := one.Revoke(t.Context(), "u1", h.clock.now()); err != nil {
			t.Fatal(err)
		}
		select {
		case user := <-told:
			if user != "u1" {
				t.Error(user)
			}
		case <-time.After(30 * time.Second):
			t.Error("it is not told")
		}
		is(t, other, text, revoked)
		cancel()
		all.Wait()
		if err := other.Look(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		is(t, other, text, revoked)
	})
}
