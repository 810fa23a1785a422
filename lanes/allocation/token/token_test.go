package token

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, MinSecret) }

func newRing(t testing.TB, keys ...Key) *Keyring {
	t.Helper()
	if len(keys) == 0 {
		keys = []Key{{ID: 7, Secret: secret(1)}}
	}
	r, err := NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sample() Claims {
	return Claims{
		Key: 7, Billing: 2, Block: 1 << 63, Index: MaxIndex, Lease: 1 << 60, LineItem: 4_000_000_001, Creative: 12,
		Placement: 3, User: 0xfeedfacecafebeef, Issued: 1_769_817_600_123, Expires: 1_769_819_400_123, Price: 2_500,
	}
}

func sign(t testing.TB, r *Keyring, c Claims) string {
	t.Helper()
	b, err := r.AppendSign(nil, &c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGoldenToken(t *testing.T) {
	const want = "AQcAAAAAAAAAgP8vAAAAAAAAABABKGvuDAAAAAMAAADvvv7Kzvrt_ntwWRGc" +
		"Ad1tAMQJAAAAACu1s0sBpLRejQsPFIzW8S8" // made with Python's hmac and struct
	if got := sign(t, newRing(t), sample()); got != want {
		t.Errorf("token is now %s, was %s", got, want)
	}
	got, err := newRing(t).Verify(want, sample().Issued)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sample(), got); d != "" {
		t.Error(d)
	}
}

func genClaims(t *rapid.T) Claims {
	c := Claims{
		Key: 7, Billing: rapid.Uint8Range(0, 15).Draw(t, "billing"), Block: rapid.Uint64().Draw(t, "block"),
		Index: rapid.Uint16Range(0, MaxIndex).Draw(t, "index"), Lease: rapid.Int64Min(0).Draw(t, "lease"),
		LineItem: rapid.Uint32().Draw(t, "line item"), Creative: rapid.Uint32().Draw(t, "creative"),
		Placement: rapid.Uint32().Draw(t, "placement"), User: rapid.Uint64().Draw(t, "user"),
		Issued: rapid.Int64Range(0, MaxTime).Draw(t, "issued"), Price: rapid.Int64Range(0, MaxPrice).Draw(t, "price"),
	}
	c.Expires = c.Issued + rapid.Int64Range(1, MaxLife).Draw(t, "life")
	return c
}

func TestWhatIsSignedIsRead(t *testing.T) {
	r := newRing(t)
	rapid.Check(t, func(t *rapid.T) {
		want := genClaims(t)
		token, err := r.AppendSign(nil, &want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Verify(string(token), want.Expires-1)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatal(d)
		}
		if _, err := r.Verify(string(token), want.Expires); !errors.Is(err, ErrExpired) {
			t.Fatalf("at its expiry: %v", err)
		}
	})
}

func TestAnyChangeIsRefused(t *testing.T) {
	r := newRing(t)
	token := sign(t, r, sample())
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\x00\xff"
	for i := range token {
		for _, c := range []byte(alphabet) {
			changed := []byte(token)
			if changed[i] == c {
				continue
			}
			changed[i] = c
			if _, err := r.Verify(string(changed), 0); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrBadSignature) {
				t.Fatalf("with %q at %d: %v", c, i, err)
			}
		}
	}
}

func TestMalformed(t *testing.T) {
	r := newRing(t)
	token := sign(t, r, sample())
	for name, in := range map[string]string{
		"empty": "", "short": token[1:], "long": token + "A", "padded": token + "=", "line break": token[:94] + "\n",
		"version": "B" + token[1:],
	} {
		if _, err := r.Verify(in, 0); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOutOfRangeIsNotSigned(t *testing.T) {
	r := newRing(t)
	for name, change := range map[string]func(*Claims){
		"billing":        func(c *Claims) { c.Billing = 16 },
		"index":          func(c *Claims) { c.Index = MaxIndex + 1 },
		"lease":          func(c *Claims) { c.Lease = -1 },
		"price":          func(c *Claims) { c.Price = MaxPrice + 1 },
		"negative price": func(c *Claims) { c.Price = -1 },
		"no life":        func(c *Claims) { c.Expires = c.Issued },
		"long life":      func(c *Claims) { c.Expires = c.Issued + MaxLife + 1 },
		"time":           func(c *Claims) { c.Issued, c.Expires = MaxTime+1, MaxTime+2 },
		"negative time":  func(c *Claims) { c.Issued = -1 },
	} {
		c := sample()
		change(&c)
		if b, err := r.AppendSign([]byte("x"), &c); !errors.Is(err, ErrRange) || string(b) != "x" {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

func TestRotation(t *testing.T) {
	oldKey, newKey := Key{ID: 1, Secret: secret(1)}, Key{ID: 2, Secret: secret(2)}
	before, during, after := newRing(t, oldKey, newKey), newRing(t, newKey, oldKey), newRing(t, newKey)
	now := sample().Issued
	first, second := sign(t, before, sample()), sign(t, during, sample())
	for _, r := range []*Keyring{before, during} {
		for _, token := range []string{first, second} {
			if _, err := r.Verify(token, now); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := after.Verify(first, now); !errors.Is(err, ErrBadSignature) {
		t.Errorf("key taken away: %v", err)
	}
	other := newRing(t, Key{ID: 2, Secret: secret(3)})
	if _, err := other.Verify(second, now); !errors.Is(err, ErrBadSignature) {
		t.Errorf("another secret under the same id: %v", err)
	}
}

func TestKeyringRules(t *testing.T) {
	for name, keys := range map[string][]Key{
		"none": {}, "short secret": {{ID: 1, Secret: make([]byte, MinSecret-1)}},
		"same id": {{ID: 1, Secret: secret(1)}, {ID: 1, Secret: secret(2)}},
	} {
		if _, err := NewKeyring(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzVerify(f *testing.F) {
	r, err := NewKeyring(Key{ID: 7, Secret: secret(1)})
	if err != nil {
		f.Fatal(err)
	}
	c := sample()
	good, err := r.AppendSign(nil, &c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(good), c.Issued)
	f.Add(string(good), c.Expires)
	f.Add("", int64(0))
	f.Fuzz(func(t *testing.T, token string, now int64) {
		got, err := r.Verify(token, now)
		if err == nil || errors.Is(err, ErrExpired) {
			again, err := r.AppendSign(nil, &got)
			if err != nil || string(again) != token {
				t.Fatalf("%q was accepted, but its claims make %q (%v)", token, again, err)
			}
		}
	})
}
