package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"hash"
	"sync"
)

// MinSecret is the least length of a key's secret, in bytes.
const MinSecret = 32

// Key is one secret of a keyring. To rotate: add the new key to all processes, then let it sign, then take the old one
// away once its last token has expired.
type Key struct {
	ID     uint8
	Secret []byte
}

// Keyring signs with one key and accepts all. It is safe for concurrent use.
type Keyring struct {
	signer *key
	keys   [256]*key
	text   *base64.Encoding
}

// key keeps HMAC states that have their secret already in, since computing these costs as much as a token.
type key struct {
	id   uint8
	pool sync.Pool // of *mac
}

type mac struct {
	hash.Hash
	sum [sha256.Size]byte
	raw [rawSize]byte
	txt [Size]byte
}

// NewKeyring makes a keyring that signs with the first key.
func NewKeyring(keys ...Key) (*Keyring, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("token: keys: at least one is needed")
	}
	r := &Keyring{text: base64.RawURLEncoding.Strict()}
	for i, k := range keys {
		switch {
		case len(k.Secret) < MinSecret:
			return nil, fmt.Errorf("token: keys[%d]: the secret must have at least %d bytes, has %d", i, MinSecret, len(k.Secret))
		case r.keys[k.ID] != nil:
			return nil, fmt.Errorf("token: keys[%d]: the id %d is taken", i, k.ID)
		}
		secret := append([]byte(nil), k.Secret...)
		r.keys[k.ID] = &key{id: k.ID, pool: sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }}}
	}
	r.signer = r.keys[keys[0].ID]
	return r, nil
}

// AppendSign appends a token of Size characters to dst. The error is ErrRange, and dst unchanged, when a value does not fit.
func (r *Keyring) AppendSign(dst []byte, c *Claims) ([]byte, error) {
	if !c.inRange() {
		return dst, ErrRange
	}
	k := r.signer
	m := k.pool.Get().(*mac)
	defer k.pool.Put(m)
	c.Key = k.id
	c.put(&m.raw)
	copy(m.raw[bodySize:], m.compute())
	return r.text.AppendEncode(dst, m.raw[:]), nil
}

// compute returns the MAC of raw's body.
func (m *mac) compute() []byte {
	m.Reset()
	m.Write(m.raw[:bodySize]) // a hash never returns an error
	return m.Sum(m.sum[:0])[:macSize]
}

// Verify reads a token. The error is ErrMalformed, ErrBadSignature (also for a key that is not there), or ErrExpired,
// and then the claims are filled nevertheless.
func (r *Keyring) Verify(token string, now int64) (Claims, error) {
	var c Claims
	if len(token) != Size {
		return c, ErrMalformed
	}
	m := r.signer.pool.Get().(*mac)
	defer r.signer.pool.Put(m)
	copy(m.txt[:], token)
	if n, err := r.text.Decode(m.raw[:], m.txt[:]); err != nil || n != rawSize || m.raw[0] != version {
		return c, ErrMalformed
	}
	k := r.keys[m.raw[1]]
	if k == nil {
		return c, ErrBadSignature
	}
	if !k.good(m) {
		return c, ErrBadSignature
	}
	c.take(&m.raw)
	switch {
	case !c.inRange():
		return Claims{}, ErrMalformed
	case now >= c.Expires:
		return c, ErrExpired
	}
	return c, nil
}

// good compares in constant time.
func (k *key) good(m *mac) bool {
	own := k.pool.Get().(*mac)
	defer k.pool.Put(own)
	own.raw = m.raw
	return subtle.ConstantTimeCompare(own.compute(), m.raw[bodySize:]) == 1
}
