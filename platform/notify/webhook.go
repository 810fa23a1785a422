package notify

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// What went wrong with a webhook.
var (
	// ErrGone: the receiver wants no more of them (410): stop.
	ErrGone = fault.New(fault.Gone, "notify.gone", "The receiver wants no more webhooks.")
	// ErrHook: it was not taken; try again, after RetryAfter where it says one.
	ErrHook = fault.New(fault.BadGateway, "notify.hook", "The webhook was not taken.")
	// ErrSecret: a secret that is not whsec_ and base64 of 24 to 64 bytes.
	ErrSecret = fault.New(fault.Invalid, "notify.secret", "The secret of the webhook is not one.")
	// ErrSignature: what was received is not signed, not by us, or too old.
	ErrSignature = fault.New(fault.Unauthorized, "notify.signature", "The signature of the webhook is not right.")
)

// Tolerance is how far a webhook's timestamp may be from the receiver's clock.
const Tolerance = 5 * time.Minute

// Hook is one webhook to one receiver.
type Hook struct {
	URL    string
	ID     string // the same for every attempt: what the receiver dedupes by
	Event  string // its type, for the log; the body says it too
	Secret telemetry.Secret
	Old    []telemetry.Secret // further ones it is signed with while Secret replaces them
	Body   []byte             // JSON
	At     time.Time          // of this attempt
}

// WebhookConfig says how they are sent.
type WebhookConfig struct {
	Timeout   time.Duration // 0: 15s
	Private   bool          // private addresses may be called: demo and tests
	Transport http.RoundTripper
}

// Webhooks sends.
type Webhooks struct{}

// NewWebhooks makes a sender. It does no I/O.
func NewWebhooks(cfg WebhookConfig, deps Deps) *Webhooks { return &Webhooks{} }

// Send signs and posts one hook, once. A nil error is a 2xx of the receiver.
func (w *Webhooks) Send(ctx context.Context, h Hook) error { return errors.New("not there yet") }

// Close drops idle connections.
func (w *Webhooks) Close() {}

// NewSecret makes a secret: whsec_ and base64 of 32 random bytes.
func NewSecret() telemetry.Secret { return "" }

// Verify is the receiver's side: whether one of the secrets signed the body at a time near now.
func Verify(h http.Header, body []byte, now time.Time, secrets ...telemetry.Secret) error {
	return ErrSignature
}
