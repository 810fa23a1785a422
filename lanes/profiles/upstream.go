package profiles

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/profiles/document"
	"github.com/hotlane/hotlane/platform/fetch"
)

// upstream asks a source, and makes sense of what it answers.
type upstream struct {
	cfg     Source
	byName  urlTemplate
	byID    urlTemplate // zero: it cannot be asked by id
	errorAt document.Pointer
	client  *fetch.Client
	now     func() time.Time
}

// reply is what a source answered.
type reply struct {
	class    string // one of those below, or of the answers that bring no document
	raw      []byte
	document *document.Node
	tag      string
	retry    time.Duration // how long it asks to be left alone; 0: it does not
	cause    error         // what was wrong, for the log
}

// Further classes of replies.
const (
	replyDocument  = "document"
	replyUnchanged = "unchanged"
	replyNone      = "none" // the source was not asked: the turn was over
)

const maxRetryAfter = 24 * time.Hour // a longer one is as good as this

// newUpstream makes what asks a source. before is asked right before a request leaves. Redirects are not followed and nothing is
// tried again: one question is one request, which is what the budget counts.
func newUpstream(cfg Source, deps lane.Deps, before func(*http.Request) error) *upstream {
	u := &upstream{cfg: cfg, now: deps.Now}
	u.byName, _ = parseURL(cfg.URL, "{username}") // Validate has looked
	u.byID, _ = parseURL(cfg.URLByID, "{id}")
	u.errorAt, _ = document.ParsePointer(cfg.Error.At)
	hosts := cfg.Hosts
	if len(hosts) == 0 {
		hosts = append(hosts, u.byName.host())
		if cfg.URLByID != "" {
			hosts = append(hosts, u.byID.host())
		}
	}
	u.client = fetch.New(fetch.Config{
		Name: "profiles_" + cfg.Name, Timeout: cfg.Timeout, MaxBody: cfg.MaxBody, Hosts: hosts, Concurrency: cfg.Concurrency, Private: deps.Private || cfg.Private,
		Transport: deps.Fetch, Before: before, Now: deps.Now, Log: deps.Log, Metrics: deps.Metrics,
	})
	return u
}

// asksByID reports whether the source can be asked by id.
func (u *upstream) asksByID() bool { return u.cfg.URLByID != "" }

// resting is how long the source is left alone after it failed.
func (u *upstream) resting() time.Duration {
	at, err := url.Parse(u.byName.with("name"))
	if err != nil { // Validate has looked
		return 0
	}
	return u.client.Resting(at)
}

// ask asks for one profile. tag is the ETag of what is there already, or "".
func (u *upstream) ask(ctx context.Context, b by, name, tag string) reply {
	to := u.byName.with(name)
	if b == byID {
		to = u.byID.with(name)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to, nil)
	if err != nil {
		return failed(err)
	}
	r.Header.Set("Accept", "application/json")
	for name, value := range u.cfg.Headers {
		r.Header.Set(name, value)
	}
	if token := u.cfg.Token.Reveal(); token != "" {
		if u.cfg.TokenPrefix != "" {
			token = u.cfg.TokenPrefix + " " + token
		}
		r.Header.Set(u.cfg.TokenHeader, token)
	}
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	a, err := u.client.Do(ctx, r)
	switch {
	case errors.Is(err, ErrLater):
		return reply{class: replyNone, cause: err}
	case err != nil:
		return failed(err)
	}
	return u.classify(a, tag != "")
}

func failed(err error) reply { return reply{class: answerFailed, cause: err} }

func (u *upstream) classify(a *fetch.Answer, tagged bool) reply {
	retry, _ := a.RetryAfter(u.now())
	retry = min(retry, maxRetryAfter)
	status := fmt.Errorf("status %d", a.Status)
	switch {
	case a.Status == http.StatusOK:
		return u.read(a)
	case a.Status == http.StatusNotModified && tagged:
		return reply{class: replyUnchanged}
	case a.Status == http.StatusNotFound || a.Status == http.StatusGone:
		return reply{class: answerNotFound}
	case a.Status == http.StatusTooManyRequests:
		return u.limited(retry, status)
	case a.Status == http.StatusServiceUnavailable:
		return reply{class: answerFailed, retry: retry, cause: status}
	}
	return failed(status)
}

func (u *upstream) limited(retry time.Duration, cause error) reply {
	if retry == 0 {
		retry = u.cfg.Negative.Limited
	}
	return reply{class: answerLimited, retry: retry, cause: cause}
}

// read reads a document, which may be an error after all.
func (u *upstream) read(a *fetch.Answer) reply {
	n, err := document.Parse(a.Body)
	if err != nil {
		return failed(err)
	}
	if u.cfg.Error.At != "" {
		if found := n.At(u.errorAt); marks(found) {
			text, _ := found.Scalar()
			switch {
			case slices.Contains(u.cfg.Error.NotFound, text):
				return reply{class: answerNotFound}
			case slices.Contains(u.cfg.Error.Limited, text):
				return u.limited(0, errInside)
			}
			return failed(errInside)
		}
	}
	tag := a.Header.Get("ETag")
	if len(tag) > 200 {
		tag = ""
	}
	return reply{class: replyDocument, raw: a.Body, document: n, tag: tag}
}

var errInside = errors.New("status 200 with an error inside")

// marks reports whether a value says that there is an error: it is there, and neither null nor false nor empty nor 0.
func marks(n *document.Node) bool {
	if n == nil {
		return false
	}
	switch n.Kind {
	case document.Null:
		return false
	case document.Bool:
		return n.Text == "true"
	case document.Array:
		return len(n.Items) > 0
	case document.Object:
		return len(n.Named) > 0
	default:
		return n.Text != "" && n.Text != "0"
	}
}
