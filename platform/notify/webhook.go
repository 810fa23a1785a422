package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// What becomes of a webhook that was not taken.
var (
	// ErrGone: the receiver wants no more of them (410): stop sending there.
	ErrGone = fault.New(fault.Gone, "notify.gone", "The receiver wants no more webhooks.")
	// ErrHook: it was not taken; try again, after RetryAfter where it says so.
	ErrHook = fault.New(fault.BadGateway, "notify.hook", "The webhook was not taken.")
	// ErrHookRejected: it can never be sent as it is; fields say why. A URL that is none or leads to a private address is of them.
	ErrHookRejected = fault.New(fault.Invalid, "notify.hook_rejected", "The webhook can never be sent as it is.")
)

// Hook is one webhook to one receiver.
type Hook struct {
	URL    string
	ID     string // the same for every attempt, without a dot: what the receiver dedupes by
	Event  string // its type, for the log; the body says it too
	Secret telemetry.Secret
	Old    []telemetry.Secret // it is signed with these too, while Secret replaces them
	Body   []byte             // JSON
	At     time.Time          // of this attempt
}

// WebhookConfig says how they are sent.
type WebhookConfig struct {
	Timeout   time.Duration     // for one attempt; 0: 15s
	Private   bool              // private addresses may be called: demo and tests
	Transport http.RoundTripper // a fake of the receivers; nil: the real one
}

// Webhooks sends by the Standard Webhooks specification (https://www.standardwebhooks.com, symmetric signatures).
type Webhooks struct {
	client *fetch.Client
	log    *slog.Logger
	now    func() time.Time
	count  outcomes
}

// NewWebhooks makes a sender. It does no I/O. There is no breaker and no retry: receivers are many, and a job knows better.
func NewWebhooks(cfg WebhookConfig, deps Deps) *Webhooks {
	deps = deps.withDefaults()
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	return &Webhooks{
		client: fetch.New(fetch.Config{
			Name: "webhooks", Timeout: cfg.Timeout, SkipBody: true, UserAgent: "hotlane-webhooks",
			Breaker: fetch.BreakerConfig{Failures: -1}, Concurrency: 64,
			Private: cfg.Private, Transport: cfg.Transport, Now: deps.Now, Log: deps.Log, // counted here: lanes' clients carry a label more
		}),
		log: deps.Log, now: deps.Now,
		count: newOutcomes(deps.Metrics, "webhooks_total", "Webhooks, by outcome: sent, rejected, failed."),
	}
}

// Close drops idle connections.
func (w *Webhooks) Close() { w.client.Close() }

// Check says whether webhooks may be sent to a URL, as far as can be told without asking: for when somebody enters it. The error is
// ErrHookRejected.
func (w *Webhooks) Check(rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ErrHookRejected.With(fault.Field{Pointer: "url", Rule: "must be a URL"})
	}
	if err := w.client.Check(u); err != nil {
		return rejected(err)
	}
	return nil
}

func rejected(err error) error {
	return ErrHookRejected.Because(err).With(fault.From(err).Fields...)
}

// Send signs and posts one hook, once. No error is a 2xx of the receiver, whose body is ignored. Final tells of an error whether
// trying again is of no use: ErrGone, ErrHookRejected and ErrSecret.
func (w *Webhooks) Send(ctx context.Context, h Hook) (err error) {
	defer func() {
		w.count.count(err)
		if err != nil {
			w.log.Info("a webhook was not taken", "id", h.ID, "event", h.Event, "final", Final(err), "err", err)
		}
	}()
	r, err := w.request(h)
	if err != nil {
		return err
	}
	a, err := w.client.Do(ctx, r)
	switch {
	case errors.Is(err, fetch.ErrPrivate) || errors.Is(err, fetch.ErrURL):
		return rejected(err)
	case err != nil:
		return ErrHook.Because(err)
	}
	return w.judge(a)
}

func (w *Webhooks) request(h Hook) (*http.Request, error) {
	if !hookID(h.ID) {
		return nil, ErrHookRejected.With(fault.Field{Pointer: "id", Rule: "must be 1 to 200 ASCII letters, digits, - and _"})
	}
	signature, err := signatures(h)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, h.URL, bytes.NewReader(h.Body))
	if err != nil {
		return nil, ErrHookRejected.With(fault.Field{Pointer: "url", Rule: "must be a URL"}) // the error itself would tell it
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(headerID, h.ID)
	r.Header.Set(headerTime, strconv.FormatInt(h.At.Unix(), 10))
	r.Header.Set(headerSignature, signature)
	return r, nil
}

// maxRetryAfter is how long a receiver may ask us to stay away.
const maxRetryAfter = 24 * time.Hour

func (w *Webhooks) judge(a *fetch.Answer) error {
	switch {
	case a.Status >= 200 && a.Status < 300:
		return nil
	case a.Status == http.StatusGone:
		return ErrGone
	}
	err := ErrHook.Because(fmt.Errorf("the receiver answered %d", a.Status)) // a redirect too: they are not followed
	if wait, ok := a.RetryAfter(w.now()); ok {
		err = err.After(min(wait, maxRetryAfter))
	}
	return err
}
