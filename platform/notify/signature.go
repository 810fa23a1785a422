package notify

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

var (
	// ErrSecret: a secret that is not whsec_ and base64 of 24 to 64 bytes.
	ErrSecret = fault.New(fault.Invalid, "notify.secret", "A secret of webhooks is whsec_ and base64 of 24 to 64 bytes.")
	// ErrSignature: what was received is not signed by one who has the secret, or not now.
	ErrSignature = fault.New(fault.Unauthorized, "notify.signature", "The webhook's signature is not right, or is too old.")
)

// Tolerance is how far a webhook's time may be from the receiver's clock, to either side.
const Tolerance = 5 * time.Minute

const (
	headerID        = "Webhook-Id"
	headerTime      = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	prefix          = "whsec_"
)

// NewSecret makes a secret: whsec_ and base64 of 32 random bytes.
func NewSecret() telemetry.Secret {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return telemetry.Secret(prefix + base64.StdEncoding.EncodeToString(key))
}

// key of a secret; ErrSecret.
func key(s telemetry.Secret) ([]byte, error) {
	text, ok := strings.CutPrefix(s.Reveal(), prefix)
	k, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(k) < 24 || len(k) > 64 {
		return nil, ErrSecret
	}
	return k, nil
}

func hookID(id string) bool {
	return id != "" && len(id) <= 200 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

func sign(key []byte, id, unix string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(id + "." + unix + ".")) // a hash takes everything
	_, _ = h.Write(body)
	return h.Sum(nil)
}

// signatures is the header's value: one for each secret, the current one first.
func signatures(h Hook) (string, error) {
	var list []string
	for _, s := range append([]telemetry.Secret{h.Secret}, h.Old...) {
		k, err := key(s)
		if err != nil {
			return "", err
		}
		sum := sign(k, h.ID, strconv.FormatInt(h.At.Unix(), 10), h.Body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(sum))
	}
	return strings.Join(list, " "), nil
}

// Verify is the receiver's side: whether one of the secrets signed this body at a time near now. Errors: ErrSignature, and ErrSecret
// for a secret that is none. It takes as long for a signature that is nearly right as for one that is not.
func Verify(h http.Header, body []byte, now time.Time, secrets ...telemetry.Secret) error {
	unix := h.Get(headerTime)
	at, err := strconv.ParseInt(unix, 10, 64)
	if err != nil || h.Get(headerID) == "" {
		return ErrSignature
	}
	if off := now.Unix() - at; off > int64(Tolerance/time.Second) || off < -int64(Tolerance/time.Second) {
		return ErrSignature
	}
	right := false
	for _, s := range secrets {
		k, err := key(s)
		if err != nil {
			return err
		}
		want := sign(k, h.Get(headerID), unix, body)
		for one := range strings.FieldsSeq(h.Get(headerSignature)) {
			version, encoded, _ := strings.Cut(one, ",")
			sum, err := base64.StdEncoding.DecodeString(encoded)
			if version == "v1" && err == nil && hmac.Equal(sum, want) {
				right = true
			}
		}
	}
	if !right {
		return ErrSignature
	}
	return nil
}
