package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"
)

// signer makes and checks the tokens of impressions and clicks.
type signer struct{ key []byte }

// trackKey is the key of the environment, or a new one: then tokens end with the process.
func trackKey() ([]byte, error) {
	if key := os.Getenv("TRACK_KEY"); key != "" {
		return []byte(key), nil
	}
	key := make([]byte, 32)
	_, err := rand.Read(key)
	return key, err
}

// ticket is what a token says.
type ticket struct {
	item      int64
	placement string
	mark      string // what tells it from every other
}

var errToken = errors.New("the link is not valid")

func (s signer) sign(c *candidate, placement, user string, now time.Time) string {
	b := make([]byte, 0, 128)
	b = strconv.AppendInt(b, c.ItemID, 10)
	b = append(b, '|')
	b = strconv.AppendInt(b, c.CreativeID, 10)
	b = append(b, '|')
	b = strconv.AppendInt(b, now.UnixMilli(), 10)
	b = append(b, '|')
	b = append(b, placement...)
	b = append(b, '|')
	b = append(b, user...)
	out := make([]byte, 0, 256)
	out = base64.RawURLEncoding.AppendEncode(out, b)
	out = append(out, '.')
	return string(base64.RawURLEncoding.AppendEncode(out, s.sum(b)))
}

func (s signer) sum(b []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(b)
	return mac.Sum(nil)
}

func (s signer) verify(token string, now time.Time) (ticket, error) {
	text, mark, _ := strings.Cut(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(text)
	sum, err2 := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || err2 != nil || !hmac.Equal(sum, s.sum(payload)) {
		return ticket{}, errToken
	}
	parts := strings.SplitN(string(payload), "|", 5)
	if len(parts) != 5 {
		return ticket{}, errToken
	}
	item, err := strconv.ParseInt(parts[0], 10, 64)
	at, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || err2 != nil || now.UnixMilli()-at > trackTime.Milliseconds() {
		return ticket{}, errToken
	}
	return ticket{item: item, placement: parts[3], mark: strings.Clone(mark)}, nil
}
