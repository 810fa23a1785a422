package identity

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const maxUserID = 256 // bytes

// verifier checks the existing backend's JSON Web Tokens (RFC 7519). The algorithm and the key are its own; what a token says of
// either is only compared.
type verifier struct {
	cfg     TokensConfig
	now     func() time.Time
	key     any
	parser  *jwt.Parser
	cache   *tokenCache
	revoked *revocations
}

func newVerifier(cfg TokensConfig, now func() time.Time, revoked *revocations) (*verifier, error) {
	key, err := verifyKey(cfg)
	if err != nil {
		return nil, fmt.Errorf("identity: tokens: %w", err)
	}
	opts := []jwt.ParserOption{
		jwt.WithValidMethods([]string{cfg.Algorithm}), jwt.WithLeeway(cfg.Leeway), jwt.WithTimeFunc(now),
		jwt.WithStrictDecoding(), jwt.WithJSONNumber(),
	}
	if cfg.RequireExpiry {
		opts = append(opts, jwt.WithExpirationRequired())
	}
	if cfg.Issuer != "" {
		opts = append(opts, jwt.WithIssuer(cfg.Issuer))
	}
	if cfg.Audience != "" {
		opts = append(opts, jwt.WithAudience(cfg.Audience))
	}
	return &verifier{cfg: cfg, now: now, key: key, parser: jwt.NewParser(opts...), cache: newTokenCache(cfg.Cache), revoked: revoked}, nil
}

func verifyKey(cfg TokensConfig) (any, error) {
	if cfg.Algorithm == "HS256" {
		if cfg.SecretFile == "" {
			return []byte(cfg.Secret.Reveal()), nil
		}
		s, err := readSecret(cfg.SecretFile, minSecret)
		return []byte(s), err
	}
	pem, err := os.ReadFile(cfg.PublicKeyFile)
	if err != nil {
		return nil, err
	}
	key, err := publicKey(cfg.Algorithm, pem)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.PublicKeyFile, err)
	}
	return key, nil
}

func publicKey(algorithm string, pem []byte) (any, error) {
	switch algorithm {
	case "RS256":
		key, err := jwt.ParseRSAPublicKeyFromPEM(pem)
		if err == nil && key.N.BitLen() < 2048 {
			return nil, errors.New("the RSA key has fewer than 2048 bits")
		}
		return orError[*rsa.PublicKey](key, err)
	case "ES256":
		key, err := jwt.ParseECPublicKeyFromPEM(pem)
		if err == nil && key.Curve.Params().BitSize != 256 {
			return nil, errors.New("ES256 needs a key on P-256")
		}
		return orError[*ecdsa.PublicKey](key, err)
	default:
		return jwt.ParseEdPublicKeyFromPEM(pem)
	}
}

func orError[T any](key T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return key, nil
}

// verify is what is known of a token. What was verified before is found by the token's SHA-256, which the caller has computed anyway.
func (v *verifier) verify(text string, sum [sha256.Size]byte) (verified, error) {
	now := v.now()
	one, ok := v.cache.get(sum, now)
	if !ok {
		var err error
		if one, err = v.parse(text, now); err != nil {
			return verified{}, err
		}
		v.cache.put(sum, one)
	}
	if v.revoked.covers(one.id, one.issued) {
		return verified{}, errRevoked
	}
	return one, nil
}

func (v *verifier) parse(text string, now time.Time) (one verified, err error) {
	claims, err := v.claims(text)
	if err != nil {
		return one, err
	}
	if one.id, err = userID(claims[v.cfg.Claim]); err != nil {
		return one, errToken.Because(fmt.Errorf("claim %s: %w", v.cfg.Claim, err))
	}
	one.issued, one.end, err = v.times(claims, now)
	one.until = now.Add(time.Hour)
	if !one.end.IsZero() && one.end.Before(one.until) {
		one.until = one.end
	}
	return one, err
}

// claims are what a token says, if it is one of those that are trusted.
func (v *verifier) claims(text string) (jwt.MapClaims, error) {
	claims := jwt.MapClaims{}
	_, err := v.parser.ParseWithClaims(text, claims, func(*jwt.Token) (any, error) { return v.key, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, errExpired.Because(err)
	case err != nil:
		return nil, errToken.Because(err)
	}
	return claims, nil
}

func userID(claim any) (string, error) {
	id := ""
	switch c := claim.(type) {
	case string:
		id = c
	case json.Number:
		if strings.ContainsAny(string(c), ".eE") {
			return "", errors.New("must be a text or a whole number")
		}
		id = string(c)
	default:
		return "", errors.New("must be a text or a whole number")
	}
	if !goodUser(id) {
		return "", errors.New("must have " + userRule)
	}
	return id, nil
}

const userRule = "1 to 256 bytes, none of them zero"

// goodUser: PostgreSQL keeps no zero bytes in texts, so who has one in their id could not be revoked.
func goodUser(id string) bool {
	return id != "" && len(id) <= maxUserID && strings.IndexByte(id, 0) < 0
}

// looksLikeJWT is the compact form: three parts. No key has it.
func looksLikeJWT(text string) bool { return strings.Count(text, ".") == 2 }
