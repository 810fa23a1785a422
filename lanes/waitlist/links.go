package waitlist

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Tokens are what people act with: one purpose each, and an end or none. They are signed, not stored, so that a database that leaks
// opens nothing; the key is the lane's own (table waitlist_keys).
//
//	id (16 bytes) ‖ end (4 bytes, Unix seconds, 0: never) ‖ list ‖ HMAC-SHA256 of purpose and all before (its first 16 bytes)
type purpose byte

const (
	toConfirm purpose = iota + 1
	toLook            // status, and erasing oneself
	toLeave           // unsubscribe
)

const (
	tokenHead = 16 + 4
	tokenSum  = 16
	maxToken  = 200 // characters
)

// keys sign tokens and hash addresses.
type keys struct{ tokens, subjects []byte }

// sign makes a token; end zero: it does not end.
func (k keys) sign(p purpose, list, id string, end time.Time) string {
	raw, err := ulid.ParseStrict(id)
	if err != nil { // ids are made by us
		panic(err)
	}
	b := append(make([]byte, 0, tokenHead+len(list)+tokenSum), raw[:]...)
	var until uint32
	if !end.IsZero() {
		until = uint32(end.Unix())
	}
	b = binary.BigEndian.AppendUint32(b, until)
	b = append(b, list...)
	return base64.RawURLEncoding.EncodeToString(append(b, k.sum(p, b)...))
}

func (k keys) sum(p purpose, b []byte) []byte {
	h := hmac.New(sha256.New, k.tokens)
	h.Write([]byte{byte(p)})
	h.Write(b)
	return h.Sum(nil)[:tokenSum]
}

// open says whom a token is about. Errors: ErrToken, ErrTokenEnded.
func (k keys) open(p purpose, token string, now time.Time) (list, id string, err error) {
	if len(token) > maxToken {
		return "", "", ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) <= tokenHead+tokenSum {
		return "", "", ErrToken
	}
	body, sum := b[:len(b)-tokenSum], b[len(b)-tokenSum:]
	if !hmac.Equal(sum, k.sum(p, body)) {
		return "", "", ErrToken
	}
	until := binary.BigEndian.Uint32(body[16:])
	if until != 0 && now.Unix() >= int64(until) {
		return "", "", ErrTokenEnded
	}
	return string(body[tokenHead:]), ulid.ULID(body[:16]).String(), nil
}

// subject stands for an address where the address itself must not be kept: in the ledger, and among those not to be mailed again.
func (k keys) subject(address string) string {
	h := hmac.New(sha256.New, k.subjects)
	h.Write([]byte(address))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// codeLetters leave out what is easily mistaken (Crockford).
const (
	codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength  = 10
)

// codeOf makes a referral code of random bytes, one letter each.
func codeOf(random [codeLength]byte) string {
	var b strings.Builder
	for _, r := range random {
		b.WriteByte(codeLetters[r%32])
	}
	return b.String()
}

var mistyped = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "")

// normalCode is the code as it was made, however it was typed; "" when it cannot be one.
func normalCode(s string) string {
	s = mistyped.Replace(strings.ToUpper(s))
	if len(s) != codeLength || strings.Trim(s, codeLetters) != "" {
		return ""
	}
	return s
}

// Paths of pages that mails and answers point to. Tokens stand behind /me/, so that no list's name is in their way.
const (
	pagePath        = "/waitlist/"                   // + list: the hosted page, with its form
	confirmPath     = "/waitlist/me/confirm/"        // + token: a page with a button, since mail scanners follow links
	statusPath      = "/waitlist/me/status/"         // + token
	leavePath       = "/waitlist/me/unsubscribe/"    // + token
	oneClickAPIPath = "/v1/waitlist/me/unsubscribe/" // + token: what List-Unsubscribe names (RFC 8058)
)

// links makes absolute URLs.
type links struct{ base func() string }

func (l links) page(list string) string      { return l.base() + pagePath + list }
func (l links) confirm(token string) string  { return l.base() + confirmPath + token }
func (l links) status(token string) string   { return l.base() + statusPath + token }
func (l links) leave(token string) string    { return l.base() + leavePath + token }
func (l links) oneClick(token string) string { return l.base() + oneClickAPIPath + token }

// share is the link with which somebody brings others.
func (l links) share(list *List, code string) string {
	if list.ShareURL == "" {
		return l.page(list.Slug) + "?ref=" + url.QueryEscape(code)
	}
	u, err := url.Parse(list.ShareURL)
	if err != nil { // the list's rules have looked
		return list.ShareURL
	}
	q := u.Query()
	q.Set("ref", code)
	u.RawQuery = q.Encode()
	return u.String()
}
