package identity_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestGeneratedOnce(t *testing.T) { eachHouse(t, checkGeneratedOnce) }

func checkGeneratedOnce(t *testing.T, h *house) {
	_, first := h.open(nil)
	for _, key := range []string{first.Admin, first.Service} {
		if !regexp.MustCompile(`^hl_(admin|service)_[A-Za-z0-9_-]{43}$`).MatchString(key) {
			t.Errorf("a generated key has the wrong form: %d characters", len(key))
		}
	}
	a, second := h.open(nil)
	if second != (identity.Generated{}) {
		t.Error("the second start made keys again")
	}
	if _, c := ask(a, identity.Admin, bearer(first.Admin)); c == nil || c.Access != identity.Admin {
		t.Errorf("the first start's key must hold after the second, got %v", c)
	}
	var hash string
	if err := h.db.QueryRow(t.Context(), `SELECT hash FROM keys WHERE name = $1`, "admin").Scan(&hash); err != nil {
		t.Fatal(err)
	}
	if len(hash) != 64 || strings.Contains(first.Admin, hash) {
		t.Errorf("stored %q, want a SHA-256 in hex", hash)
	}
}

func TestAccess(t *testing.T) {
	h := newHouse(t)
	a, made := h.open(func(c *identity.Config) {
		c.Tokens.Algorithm, c.Tokens.Secret = "HS256", hsSecret
	})
	requests := map[string]*http.Request{
		"nobody":  with("", ""),
		"basic":   with("Authorization", "Basic YTpi"),
		"user":    bearer(token(t, "HS256", []byte(hsSecret), claims(h, nil))),
		"service": with("X-Api-Key", made.Service),
		"admin":   with("authorization", "bearer "+made.Admin),
		"wrong":   bearer("hl_admin_" + strings.Repeat("A", 43)),
		"swapped": bearer(strings.Replace(made.Service, "service", "admin", 1)),
	}
	for _, test := range []struct {
		access identity.Access
		let    string // names of those let in
	}{
		{identity.Public, "nobody basic user service admin"}, // what looks like a key must be one,
		{identity.User, "user"},
		{identity.Service, "service admin"},
		{identity.Admin, "admin"},
	} {
		for name, r := range requests {
			w, c := ask(a, test.access, r)
			want := strings.Contains(" "+test.let+" ", " "+name+" ")
			status := http.StatusUnauthorized
			switch {
			case want:
				status = http.StatusOK
			case name == "user" || name == "service" || name == "admin":
				status = http.StatusForbidden
			}
			if (c != nil) != want || w.Code != status {
				t.Errorf("%s at %s: let in %v with %d, want %v with %d", name, test.access, c != nil, w.Code, want, status)
			}
			if (w.Code == http.StatusUnauthorized) != (w.Header().Get("WWW-Authenticate") != "") {
				t.Errorf("%s at %s: %d with WWW-Authenticate %q", name, test.access, w.Code, w.Header().Get("WWW-Authenticate"))
			}
		}
	}
	for _, secret := range []string{made.Admin, made.Service, strings.Repeat("A", 43), "eyJ"} {
		if strings.Contains(h.log.String(), secret) {
			t.Error("a credential is in the log")
		}
	}
}

func TestConfiguredKeys(t *testing.T) {
	h := newHouse(t)
	_, made := h.open(nil)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("  the service key of a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, again := h.open(func(c *identity.Config) { c.AdminKey, c.ServiceKeyFile = "an admin key of config", file })
	if again != (identity.Generated{}) {
		t.Error("configured keys need no generated ones")
	}
	for key, want := range map[string]identity.Access{
		"an admin key of config": identity.Admin, "the service key of a file": identity.Service,
	} {
		if c, err := a.Authenticate(bearer(key)); err != nil || c.Access != want {
			t.Errorf("got %v, %v, want %s", c, err, want)
		}
	}
	if _, err := a.Authenticate(bearer(made.Admin)); err == nil {
		t.Error("a configured key replaces the generated one")
	}
}

func TestBadKeyFiles(t *testing.T) {
	h := newHouse(t)
	// The texts must not occur in the digits of a temporary folder, which errors name.
	for name, text := range map[string]string{"short": "not-long", "token": "aaaaaaaa.bbbbbbbbb.cccccccc"} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{file, file + ".missing"} {
			cfg := identity.DefaultConfig()
			cfg.AdminKeyFile = name
			a, err := identity.New(cfg, identity.Deps{Now: time.Now, DB: h.db})
			if err != nil {
				t.Fatal(err)
			}
			if err := cfg.CheckFiles(); err == nil || !strings.Contains(err.Error(), "/identity/admin_key_file") || strings.Contains(err.Error(), text) {
				t.Errorf("%s: the check says %v", name, err)
			}
			if _, err := a.Start(context.Background()); err == nil || strings.Contains(err.Error(), text) {
				t.Errorf("%s: got %v, want an error without the text", name, err)
			}
		}
	}
}

func TestValidate(t *testing.T) {
	for pointer, change := range map[string]func(*identity.Config){
		"/admin_key":              func(c *identity.Config) { c.AdminKey = "short" },
		"/admin_key_file":         func(c *identity.Config) { c.AdminKey, c.AdminKeyFile = "0123456789abcdef", "x" },
		"/service_key":            func(c *identity.Config) { c.ServiceKey = "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl" },
		"/session":                func(c *identity.Config) { c.Session = 0 },
		"/attempts/limit":         func(c *identity.Config) { c.Attempts.Limit = 0 },
		"/attempts/window":        func(c *identity.Config) { c.Attempts.Window = 0 },
		"/tokens/algorithm":       func(c *identity.Config) { c.Tokens.Algorithm = "none" },
		"/tokens/secret":          func(c *identity.Config) { c.Tokens.Algorithm, c.Tokens.Secret = "HS256", "short" },
		"/tokens/public_key_file": func(c *identity.Config) { c.Tokens.Algorithm = "ES256" },
		"/tokens/leeway":          func(c *identity.Config) { c.Tokens.Leeway = time.Hour },
		"/tokens/cache":           func(c *identity.Config) { c.Tokens.Cache = -1 },
		"/tokens/claim": func(c *identity.Config) {
			c.Tokens = identity.TokensConfig{Algorithm: "HS256", Secret: telemetry.Secret(hsSecret)}
		},
	} {
		cfg := identity.DefaultConfig()
		if err := cfg.Validate(); err != nil {
			t.Fatal(err)
		}
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "; "+pointer+" ") {
			t.Errorf("%s: got %v", pointer, err)
		}
	}
}
