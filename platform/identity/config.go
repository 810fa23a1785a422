package identity

import (
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Config is the section "identity" of the config file.
type Config struct {
	AdminKey       telemetry.Secret `yaml:"admin_key" env:"HOTLANE_ADMIN_KEY" doc:"key of operators, at least 16 characters; empty: generated at the first start and printed once"`
	AdminKeyFile   string           `yaml:"admin_key_file" env:"HOTLANE_ADMIN_KEY_FILE" doc:"file that holds the admin key"`
	ServiceKey     telemetry.Secret `yaml:"service_key" env:"HOTLANE_SERVICE_KEY" doc:"key of the app's own backend, at least 16 characters; empty: generated at the first start and printed once"`
	ServiceKeyFile string           `yaml:"service_key_file" env:"HOTLANE_SERVICE_KEY_FILE" doc:"file that holds the service key"`
	Session        time.Duration    `yaml:"session" doc:"how long a login to the admin pages lasts, 1m to 30 days (720h)"`
	Attempts       AttemptsConfig   `yaml:"attempts" doc:"how many wrong keys one address may try"`
	Tokens         TokensConfig     `yaml:"tokens" doc:"the existing backend's JSON Web Tokens, by which users are known; off while algorithm is empty"`
}

// AttemptsConfig bounds failed attempts for each address (an IPv6 one counts as its /64).
type AttemptsConfig struct {
	Limit  int           `yaml:"limit" doc:"failed attempts within the window" minimum:"1" maximum:"100000"`
	Window time.Duration `yaml:"window" doc:"how long a failed attempt counts, 1s to 24h"`
}

// TokensConfig says which tokens are trusted. The algorithm is pinned: a token that names another is refused.
type TokensConfig struct {
	Algorithm     string           `yaml:"algorithm" doc:"the one algorithm that is accepted; empty: no user tokens" enum:",HS256,RS256,ES256,EdDSA"`
	Secret        telemetry.Secret `yaml:"secret" doc:"HS256: the shared secret, at least 32 bytes"`
	SecretFile    string           `yaml:"secret_file" doc:"HS256: file that holds the secret"`
	PublicKeyFile string           `yaml:"public_key_file" doc:"RS256, ES256, EdDSA: PEM file of the public key"`
	Issuer        string           `yaml:"issuer" doc:"what the iss claim must be; empty: not checked"`
	Audience      string           `yaml:"audience" doc:"what the aud claim must hold; empty: not checked"`
	Leeway        time.Duration    `yaml:"leeway" doc:"how far clocks may differ, 0 to 5m"`
	Claim         string           `yaml:"claim" doc:"claim that holds the user's id, a text or a whole number"`
	RequireExpiry bool             `yaml:"require_expiry" doc:"refuse tokens without exp"`
	Longest       time.Duration    `yaml:"longest" doc:"how long ago a token may have been issued (iat) at most; one that does not say so must not live longer from now. A revocation is kept for so long. 1h to 10 years (87600h); 0: tokens may be as old as they say, and revocations are kept for ever"`
	Cache         int              `yaml:"cache" doc:"verified tokens that are remembered until they expire; 0: none" minimum:"0" maximum:"10000000"`
}

// DefaultConfig is what an empty section means.
func DefaultConfig() Config {
	return Config{
		Session:  12 * time.Hour,
		Attempts: AttemptsConfig{Limit: 10, Window: time.Minute},
		Tokens:   TokensConfig{Leeway: 30 * time.Second, Claim: "sub", RequireExpiry: true, Cache: 100_000},
	}
}

const (
	minKey    = 16 // characters of a configured key
	minSecret = 32 // bytes of an HS256 secret (RFC 7518, 3.2)
	keyRule   = "must have at least 16 characters and not the form of a token (a.b.c)"
)

func goodKey(k telemetry.Secret) bool {
	return k == "" || len(k) >= minKey && !looksLikeJWT(k.Reveal())
}

var invalid = fault.New(fault.Invalid, "identity.config", "The identity section has mistakes.")

// Validate names every field that breaks a rule.
func (c *Config) Validate() error {
	var rules fault.Rules
	rule := rules.Check
	rule(goodKey(c.AdminKey), "/admin_key", keyRule)
	rule(c.AdminKey == "" || c.AdminKeyFile == "", "/admin_key_file", "must be empty where admin_key is given")
	rule(goodKey(c.ServiceKey), "/service_key", keyRule)
	rule(c.ServiceKey == "" || c.ServiceKeyFile == "", "/service_key_file", "must be empty where service_key is given")
	rule(c.ServiceKey == "" || c.ServiceKey != c.AdminKey, "/service_key", "must differ from admin_key")
	rule(c.Session >= time.Minute && c.Session <= 720*time.Hour, "/session", "must be from 1m to 720h")
	rule(c.Attempts.Limit >= 1 && c.Attempts.Limit <= 100_000, "/attempts/limit", "must be from 1 to 100000")
	rule(c.Attempts.Window >= time.Second && c.Attempts.Window <= 24*time.Hour, "/attempts/window", "must be from 1s to 24h")
	c.Tokens.validate(rule)
	return rules.Err(invalid)
}

func (t *TokensConfig) validate(rule func(ok bool, pointer, text string)) {
	rule(t.Leeway >= 0 && t.Leeway <= 5*time.Minute, "/tokens/leeway", "must be from 0s to 5m")
	rule(t.Cache >= 0 && t.Cache <= 10_000_000, "/tokens/cache", "must be from 0 to 10000000")
	rule(t.Longest == 0 || t.Longest >= time.Hour && t.Longest <= 87600*time.Hour, "/tokens/longest", "must be 0, or from 1h to 87600h")
	switch t.Algorithm {
	case "":
		return
	case "HS256":
		rule((t.Secret == "") != (t.SecretFile == ""), "/tokens/secret", "or secret_file is needed by HS256, not both")
		rule(t.Secret == "" || len(t.Secret) >= minSecret, "/tokens/secret", "must have at least 32 bytes")
		rule(t.PublicKeyFile == "", "/tokens/public_key_file", "must be empty with HS256")
	case "RS256", "ES256", "EdDSA":
		rule(t.PublicKeyFile != "", "/tokens/public_key_file", "is needed by "+t.Algorithm)
		rule(t.Secret == "" && t.SecretFile == "", "/tokens/secret", "must be empty with "+t.Algorithm)
	default:
		rule(false, "/tokens/algorithm", "must be HS256, RS256, ES256, EdDSA or empty")
	}
	rule(t.Claim != "", "/tokens/claim", "must not be empty")
}
