package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/hotlane/hotlane/platform/fault"
)

// Generated is the clear text of the keys that Start made; a field is empty where the key was there before.
type Generated struct{ Admin, Service string }

type key struct {
	access Access
	hash   [sha256.Size]byte
}

const (
	keyBytes = 32
	keyText  = 43 // characters of keyBytes in base64url without padding
	maxToken = 8 << 10
)

func newKey(access Access) string { return "hl_" + access.String() + "_" + random() }

func random() string {
	b := make([]byte, keyBytes)
	_, _ = rand.Read(b) // crypto/rand never fails: it ends the program
	return base64.RawURLEncoding.EncodeToString(b)
}

// guessProof is a text in the form of a generated key. Those have 256 bits, which no number of attempts finds. They are
// compared even when the address has used up its attempts, so that nobody locks out others behind the same proxy.
func guessProof(text string) bool {
	for _, prefix := range [...]string{"hl_admin_", "hl_service_"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return len(rest) == keyText
		}
	}
	return false
}

// match compares with every key, in a time that does not depend on which one it is.
func (a *Authenticator) match(sum [sha256.Size]byte) (Access, bool) {
	found, access := 0, Public
	for i := range a.keys {
		same := subtle.ConstantTimeCompare(a.keys[i].hash[:], sum[:])
		found |= same
		access = Access(subtle.ConstantTimeSelect(same, int(a.keys[i].access), int(access)))
	}
	return access, found == 1
}

// loadKey takes the key from config, from its file, from the database or makes it, in this order. Only a key made here is returned.
func (a *Authenticator) loadKey(ctx context.Context, access Access, text, file string) (sum [sha256.Size]byte, made string, err error) {
	if file != "" {
		if text, err = readKey(file); err != nil {
			return sum, "", fmt.Errorf("%s key: %w", access, err)
		}
	}
	if text != "" {
		return sha256.Sum256([]byte(text)), "", nil
	}
	fresh := newKey(access)
	freshSum := sha256.Sum256([]byte(fresh))
	kept, err := a.store.addKey(ctx, access.String(), hexOf(freshSum), a.d.Now())
	if err != nil {
		return sum, "", fmt.Errorf("%s key: %w", access, err)
	}
	if _, err := hex.Decode(sum[:], []byte(kept)); err != nil || len(kept) != 2*len(sum) {
		return sum, "", errors.Join(fmt.Errorf("%s key: the stored hash is broken", access), err)
	}
	if sum == freshSum {
		made = fresh
	}
	return sum, made, nil
}

// CheckFiles reads the files of secrets and keys that the config names and says which cannot be used, by pointers from the
// file's top: Start would fail on them. It is apart from Validate, which does no I/O.
func (c *Config) CheckFiles() error {
	var bad []fault.Field
	check := func(pointer string, err error) {
		if err != nil {
			bad = append(bad, fault.Field{Pointer: "/identity" + pointer, Rule: "must be a file that can be used: " + err.Error()})
		}
	}
	for pointer, file := range map[string]string{"/admin_key_file": c.AdminKeyFile, "/service_key_file": c.ServiceKeyFile} {
		if file != "" {
			_, err := readKey(file)
			check(pointer, err)
		}
	}
	switch c.Tokens.Algorithm {
	case "":
	case "HS256":
		_, err := verifyKey(c.Tokens)
		check("/tokens/secret_file", err)
	default:
		_, err := verifyKey(c.Tokens)
		check("/tokens/public_key_file", err)
	}
	if bad != nil {
		return invalid.With(bad...)
	}
	return nil
}

// readKey reads the file of a key, which must not look like a token.
func readKey(file string) (string, error) {
	text, err := readSecret(file, minKey)
	if err == nil && looksLikeJWT(text) {
		err = fmt.Errorf("%s %s", file, keyRule)
	}
	return text, err
}

func hexOf(sum [sha256.Size]byte) string { return hex.EncodeToString(sum[:]) }

// readSecret reads a file of one secret; white space around it does not count.
func readSecret(file string, least int) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(b))
	if len(s) < least {
		return "", fmt.Errorf("%s must hold at least %d characters", file, least)
	}
	return s, nil
}

// bearer is the token of Authorization: Bearer (RFC 6750); the scheme's case does not matter.
func bearer(r *http.Request) (string, bool) { return bearerOf(r.Header.Get("Authorization")) }

func bearerOf(h string) (string, bool) {
	if len(h) < 7 || !strings.EqualFold(h[:7], "bearer ") {
		return "", false
	}
	return strings.TrimSpace(h[7:]), true
}
