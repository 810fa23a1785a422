package identity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/identity"
)

const hsSecret = "the old backend's secret, 32 bytes and more"

func claims(h *house, change jwt.MapClaims) jwt.MapClaims {
	c := jwt.MapClaims{"sub": "u1", "iss": "old", "aud": "app", "exp": h.clock.now().Add(time.Hour).Unix()}
	maps.Copy(c, change)
	for name, value := range c {
		if value == nil {
			delete(c, name)
		}
	}
	return c
}

func token(t testing.TB, alg string, key any, c jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(jwt.GetSigningMethod(alg), c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func writeKey(t testing.TB, public crypto.PublicKey) (file, text string) {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	file = filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file, string(b)
}

func TestAlgorithms(t *testing.T) {
	h := newHouse(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaFile, rsaText := writeKey(t, rsaKey.Public())
	ecFile, ecText := writeKey(t, ecKey.Public())
	edFile, edText := writeKey(t, edPublic)
	signed := map[string]string{
		"HS256":                          token(t, "HS256", []byte(hsSecret), claims(h, nil)),
		"RS256":                          token(t, "RS256", rsaKey, claims(h, nil)),
		"ES256":                          token(t, "ES256", ecKey, claims(h, nil)),
		"EdDSA":                          token(t, "EdDSA", edKey, claims(h, nil)),
		"HS384":                          token(t, "HS384", []byte(hsSecret), claims(h, nil)),
		"none":                           token(t, "none", jwt.UnsafeAllowNoneSignatureType, claims(h, nil)),
		"RS256's public key as a secret": token(t, "HS256", []byte(rsaText), claims(h, nil)),
		"ES256's public key as a secret": token(t, "HS256", []byte(ecText), claims(h, nil)),
		"EdDSA's public key as a secret": token(t, "HS256", []byte(edText), claims(h, nil)),
	}
	for alg, change := range map[string]func(*identity.Config){
		"HS256": func(c *identity.Config) { c.Tokens.Secret = hsSecret },
		"RS256": func(c *identity.Config) { c.Tokens.PublicKeyFile = rsaFile },
		"ES256": func(c *identity.Config) { c.Tokens.PublicKeyFile = ecFile },
		"EdDSA": func(c *identity.Config) { c.Tokens.PublicKeyFile = edFile },
	} {
		a, _ := h.open(func(c *identity.Config) { c.Tokens.Algorithm = alg; change(c) })
		for name, text := range signed {
			c, err := a.Authenticate(bearer(text))
			if want := name == alg; (err == nil) != want || want && c != (identity.Caller{Access: identity.User, ID: "u1"}) {
				t.Errorf("%s trusts a token by %s: got %v, %v", alg, name, c, err)
			}
		}
	}
}

func TestClaims(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(func(c *identity.Config) {
		c.Tokens.Algorithm, c.Tokens.Secret, c.Tokens.Issuer, c.Tokens.Audience = "HS256", hsSecret, "old", "app"
	})
	at := func(d time.Duration) int64 { return h.clock.now().Add(d).Unix() }
	for name, test := range map[string]struct {
		claims jwt.MapClaims
		want   string // the user's id, or the code of the refusal
	}{
		"good":             {nil, "u1"},
		"number":           {jwt.MapClaims{"sub": 9007199254740993}, "9007199254740993"},
		"audience in list": {jwt.MapClaims{"aud": []string{"other", "app"}}, "u1"},
		"within leeway":    {jwt.MapClaims{"exp": at(-20 * time.Second)}, "u1"},
		"expired":          {jwt.MapClaims{"exp": at(-time.Minute)}, "identity.token_expired"},
		"not yet":          {jwt.MapClaims{"nbf": at(time.Minute)}, "identity.token"},
		"no expiry":        {jwt.MapClaims{"exp": nil}, "identity.token"},
		"other issuer":     {jwt.MapClaims{"iss": "evil"}, "identity.token"},
		"no issuer":        {jwt.MapClaims{"iss": nil}, "identity.token"},
		"other audience":   {jwt.MapClaims{"aud": "evil"}, "identity.token"},
		"no user":          {jwt.MapClaims{"sub": nil}, "identity.token"},
		"empty user":       {jwt.MapClaims{"sub": ""}, "identity.token"},
		"broken number":    {jwt.MapClaims{"sub": 1.5}, "identity.token"},
		"user is a list":   {jwt.MapClaims{"sub": []string{"u1"}}, "identity.token"},
		"endless user":     {jwt.MapClaims{"sub": strings.Repeat("x", 257)}, "identity.token"},
		"zero in the user": {jwt.MapClaims{"sub": "u\x001"}, "identity.token"},
		"endless token":    {jwt.MapClaims{"pad": strings.Repeat("x", 9000)}, "identity.token"},
	} {
		text := token(t, "HS256", []byte(hsSecret), claims(h, test.claims))
		for _, round := range []string{"first", "second"} { // the second may come from the cache
			c, err := a.Authenticate(bearer(text))
			got := c.ID
			if err != nil {
				got = fault.From(err).Code
			}
			if got != test.want {
				t.Errorf("%s, %s time: got %q (%v), want %q", name, round, got, err, test.want)
			}
		}
	}
}

func TestVerifiedTokenExpires(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(func(c *identity.Config) { c.Tokens.Algorithm, c.Tokens.Secret = "HS256", hsSecret })
	text := token(t, "HS256", []byte(hsSecret), claims(h, nil))
	if _, err := a.Authenticate(bearer(text)); err != nil {
		t.Fatal(err)
	}
	h.clock.advance(time.Hour + 29*time.Second)
	if _, err := a.Authenticate(bearer(text)); err != nil {
		t.Errorf("within the leeway: %v", err)
	}
	h.clock.advance(2 * time.Second)
	if _, err := a.Authenticate(bearer(text)); fault.From(err) == nil || fault.From(err).Code != "identity.token_expired" {
		t.Errorf("got %v", err)
	}
}

func TestTamperedTokens(t *testing.T) {
	h := newHouse(t)
	a, _ := h.open(func(c *identity.Config) { c.Tokens.Algorithm, c.Tokens.Secret = "HS256", hsSecret })
	good := token(t, "HS256", []byte(hsSecret), claims(h, nil))
	if _, err := a.Authenticate(bearer(good)); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"admin","exp":99999999999}`))
	for _, bad := range []string{
		parts[0] + "." + forged + "." + parts[2], parts[0] + "." + parts[1] + ".", good + "=", good + "A", "..", "a.b.c",
		strings.ToUpper(good), parts[0] + "." + parts[1] + "." + parts[2][:len(parts[2])-2],
	} {
		if c, err := a.Authenticate(bearer(bad)); err == nil || !errors.As(err, new(*fault.Error)) {
			t.Errorf("%.20s…: got %v, %v", bad, c, err)
		}
	}
}

func TestBadPublicKeys(t *testing.T) {
	h := newHouse(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	smallFile, _ := writeKey(t, small.Public())
	p384File, _ := writeKey(t, p384.Public())
	for file, alg := range map[string]string{smallFile: "RS256", p384File: "ES256", smallFile + ".missing": "EdDSA"} {
		cfg := identity.DefaultConfig()
		cfg.Tokens.Algorithm, cfg.Tokens.PublicKeyFile = alg, file
		a, err := identity.New(cfg, identity.Deps{Now: time.Now, DB: h.db})
		if err != nil {
			t.Fatal(err)
		}
		if err := cfg.CheckFiles(); err == nil || !strings.Contains(err.Error(), "/identity/tokens/public_key_file") {
			t.Errorf("%s with %s: the check says %v", alg, file, err)
		}
		if _, err := a.Start(t.Context()); err == nil {
			t.Errorf("%s with %s: accepted", alg, file)
		}
	}
}

func BenchmarkVerifiedToken(b *testing.B) {
	h := &house{clock: &clock{at: time.Now()}, db: dbtest.Open(b, identity.Migrations(), identity.Database)}
	cfg := identity.DefaultConfig()
	cfg.AdminKey, cfg.ServiceKey = "0123456789abcdef", "0123456789abcdefg"
	cfg.Tokens.Algorithm, cfg.Tokens.Secret = "HS256", hsSecret
	a, err := identity.New(cfg, identity.Deps{Now: time.Now, DB: h.db})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := a.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	r := bearer(token(b, "HS256", []byte(hsSecret), claims(h, nil)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}
