package notify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/telemetry"
)

const example = telemetry.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

// TestSignatureOfTheSpecification is the example that implementations of Standard Webhooks share.
func TestSignatureOfTheSpecification(t *testing.T) {
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	var got http.Header
	w := notify.NewWebhooks(notify.WebhookConfig{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return &http.Response{StatusCode: 204}, nil
	})}, notify.Deps{})
	err := w.Send(t.Context(), notify.Hook{
		URL: "https://example.com/hook", ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Secret: example,
		Body: []byte(`{"test": 2432232314}`), At: time.Unix(1614265330, 0),
	})
	if err != nil || got.Get("webhook-signature") != want || got.Get("webhook-timestamp") != "1614265330" ||
		got.Get("webhook-id") != "msg_p5jXN8AQM9LWM0D4loKWxJek" || got.Get("Content-Type") != "application/json" {
		t.Errorf("%v, %v", got, err)
	}
	if err := notify.Verify(got, []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0), example); err != nil {
		t.Error(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func hook(url string) notify.Hook {
	return notify.Hook{URL: url, ID: "evt_1", Event: "signup.confirmed", Secret: example, Body: []byte(`{"a":1}`), At: noon}
}

func TestReceiversVerify(t *testing.T) {
	secret, old := notify.NewSecret(), notify.NewSecret()
	var failed atomic.Value
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, known := range []telemetry.Secret{secret, old} { // one receiver has the new one already, one does not
			if err := notify.Verify(r.Header, body, noon.Add(time.Minute), known); err != nil {
				failed.Store(err)
			}
		}
	}))
	defer s.Close()
	w := notify.NewWebhooks(notify.WebhookConfig{Private: true}, notify.Deps{})
	defer w.Close()
	h := hook(s.URL)
	h.Secret, h.Old = secret, []telemetry.Secret{old}
	if err := w.Send(t.Context(), h); err != nil || failed.Load() != nil {
		t.Errorf("%v, %v", err, failed.Load())
	}
}

func signed(t *testing.T, h notify.Hook) http.Header {
	t.Helper()
	var got http.Header
	w := notify.NewWebhooks(notify.WebhookConfig{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return &http.Response{StatusCode: 200}, nil
	})}, notify.Deps{})
	if err := w.Send(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestVerifyRefuses(t *testing.T) {
	other := notify.NewSecret()
	for name, test := range map[string]struct {
		change func(http.Header)
		body   string
		now    time.Time
		secret telemetry.Secret
		want   error
	}{
		"nothing":                {nil, `{"a":1}`, noon, example, nil},
		"at the edge":            {nil, `{"a":1}`, noon.Add(notify.Tolerance), example, nil},
		"too old":                {nil, `{"a":1}`, noon.Add(notify.Tolerance + time.Second), example, notify.ErrSignature},
		"of the future":          {nil, `{"a":1}`, noon.Add(-notify.Tolerance - time.Second), example, notify.ErrSignature},
		"another body":           {nil, `{"a":2}`, noon, example, notify.ErrSignature},
		"another secret":         {nil, `{"a":1}`, noon, other, notify.ErrSignature},
		"no secret":              {nil, `{"a":1}`, noon, "whsec_", notify.ErrSecret},
		"another id":             {func(h http.Header) { h.Set("webhook-id", "evt_2") }, `{"a":1}`, noon, example, notify.ErrSignature},
		"no id":                  {func(h http.Header) { h.Del("webhook-id") }, `{"a":1}`, noon, example, notify.ErrSignature},
		"a later time":           {func(h http.Header) { h.Set("webhook-timestamp", strconv.FormatInt(noon.Unix()+1, 10)) }, `{"a":1}`, noon, example, notify.ErrSignature},
		"no time":                {func(h http.Header) { h.Set("webhook-timestamp", "now") }, `{"a":1}`, noon, example, notify.ErrSignature},
		"a time without end":     {func(h http.Header) { h.Set("webhook-timestamp", "-9223372036854775808") }, `{"a":1}`, noon, example, notify.ErrSignature},
		"no signature":           {func(h http.Header) { h.Del("webhook-signature") }, `{"a":1}`, noon, example, notify.ErrSignature},
		"another version":        {func(h http.Header) { h.Set("webhook-signature", "v2"+h.Get("webhook-signature")[2:]) }, `{"a":1}`, noon, example, notify.ErrSignature},
		"half a signature":       {func(h http.Header) { h.Set("webhook-signature", h.Get("webhook-signature")[:20]) }, `{"a":1}`, noon, example, notify.ErrSignature},
		"among others":           {func(h http.Header) { h.Set("webhook-signature", "v1,AAAA x v1a,zz "+h.Get("webhook-signature")) }, `{"a":1}`, noon, example, nil},
		"an empty one, any time": {func(h http.Header) { h.Set("webhook-signature", "v1,") }, `{"a":1}`, noon, example, notify.ErrSignature},
	} {
		h := signed(t, hook("https://example.com/"))
		if test.change != nil {
			test.change(h)
		}
		if err := notify.Verify(h, []byte(test.body), test.now, test.secret); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestAnyBodyIsVerified(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := hook("https://example.com/")
		h.Body = rapid.SliceOf(rapid.Byte()).Draw(rt, "body")
		if err := notify.Verify(signed(t, h), h.Body, noon, example); err != nil {
			rt.Fatal(err)
		}
		if err := notify.Verify(signed(t, h), append(h.Body, 'x'), noon, example); err == nil {
			rt.Fatal("a longer body is right too")
		}
	})
}

func TestWhatReceiversAnswer(t *testing.T) {
	for _, test := range []struct {
		status int
		after  string
		want   error
		wait   time.Duration
	}{
		{200, "", nil, 0},
		{201, "", nil, 0},
		{204, "", nil, 0},
		{301, "", notify.ErrHook, 0},
		{302, "", notify.ErrHook, 0},
		{308, "", notify.ErrHook, 0},
		{400, "", notify.ErrHook, 0},
		{404, "", notify.ErrHook, 0},
		{410, "", notify.ErrGone, 0},
		{429, "120", notify.ErrHook, 2 * time.Minute},
		{429, "soon", notify.ErrHook, 0},
		{500, "", notify.ErrHook, 0},
		{503, "Mon, 02 Mar 2026 12:10:00 GMT", notify.ErrHook, 10 * time.Minute},
		{503, "99999999999", notify.ErrHook, 24 * time.Hour},
	} {
		var calls atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			w.Header().Set("Location", "/elsewhere")
			if test.after != "" {
				w.Header().Set("Retry-After", test.after)
			}
			w.WriteHeader(test.status)
		}))
		w := notify.NewWebhooks(notify.WebhookConfig{Private: true}, notify.Deps{Now: func() time.Time { return noon }})
		err := w.Send(t.Context(), hook(s.URL))
		if !errors.Is(err, test.want) || calls.Load() != 1 || notify.Final(err) != errors.Is(test.want, notify.ErrGone) {
			t.Errorf("%d: %v after %d calls", test.status, err, calls.Load())
		}
		if err != nil && fault.From(err).RetryAfter != test.wait {
			t.Errorf("%d %q: come back after %v, want %v", test.status, test.after, fault.From(err).RetryAfter, test.wait)
		}
		w.Close()
		s.Close()
	}
}

func TestTheBodyOfAnAnswerIsIgnored(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		for r.Context().Err() == nil { // for as long as anybody listens
			if _, err := io.WriteString(w, strings.Repeat("x", 64<<10)); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	w := notify.NewWebhooks(notify.WebhookConfig{Private: true}, notify.Deps{})
	defer w.Close()
	if err := w.Send(t.Context(), hook(s.URL)); err != nil {
		t.Error(err)
	}
}

func TestWebhooksGoToPublicAddressesOnly(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	defer s.Close()
	w := notify.NewWebhooks(notify.WebhookConfig{}, notify.Deps{})
	defer w.Close()
	for _, url := range []string{s.URL, "http://169.254.169.254/", "http://[::1]/", "http://localhost/", "ftp://example.com/", "http://a:b@example.com/", "", "::", "https://example.com/%zz?secret"} {
		if err := w.Send(t.Context(), hook(url)); !errors.Is(err, notify.ErrHookRejected) || !notify.Final(err) {
			t.Errorf("%s: %v", url, err)
		} else if len(fault.From(err).Fields) == 0 || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v does not say the rule, or tells the URL", url, err)
		}
		if err := w.Check(url); !errors.Is(err, notify.ErrHookRejected) {
			t.Errorf("%s is offered: %v", url, err)
		}
	}
	if err := w.Check("https://example.com/hook"); err != nil {
		t.Error(err)
	}
}

func TestHooksThatCannotBeSigned(t *testing.T) {
	w := notify.NewWebhooks(notify.WebhookConfig{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		t.Error("it was sent")
		return nil, errors.New("no")
	})}, notify.Deps{})
	for name, test := range map[string]struct {
		change func(*notify.Hook)
		want   error
	}{
		"no id":             {func(h *notify.Hook) { h.ID = "" }, notify.ErrHookRejected},
		"an id with a dot":  {func(h *notify.Hook) { h.ID = "a.b" }, notify.ErrHookRejected},
		"an id of lines":    {func(h *notify.Hook) { h.ID = "a\r\nb" }, notify.ErrHookRejected},
		"no secret":         {func(h *notify.Hook) { h.Secret = "" }, notify.ErrSecret},
		"a short secret":    {func(h *notify.Hook) { h.Secret = "whsec_c2hvcnQ=" }, notify.ErrSecret},
		"a bare secret":     {func(h *notify.Hook) { h.Secret = example[len("whsec_"):] }, notify.ErrSecret},
		"an old one is bad": {func(h *notify.Hook) { h.Old = []telemetry.Secret{"x"} }, notify.ErrSecret},
	} {
		h := hook("https://example.com/")
		test.change(&h)
		if err := w.Send(t.Context(), h); !errors.Is(err, test.want) || !notify.Final(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAReceiverThatDoesNotAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer s.Close()
	w := notify.NewWebhooks(notify.WebhookConfig{Private: true, Timeout: 50 * time.Millisecond}, notify.Deps{})
	defer w.Close()
	if err := w.Send(t.Context(), hook(s.URL)); !errors.Is(err, notify.ErrHook) || notify.Final(err) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Send(ctx, hook(s.URL)); !errors.Is(err, context.Canceled) || notify.Final(err) {
		t.Error(err)
	}
}
