package fetch_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fetch"
)

// fake is a third party without a network: what it was asked, and what it answers, by "METHOD URL".
type fake struct {
	mu      sync.Mutex
	asked   []*http.Request
	bodies  []string
	answers map[string]func(*http.Request) (*http.Response, error)
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body.Close()
	}
	f.mu.Lock()
	f.asked = append(f.asked, r)
	f.bodies = append(f.bodies, string(body))
	answer := f.answers[r.Method+" "+r.URL.String()]
	f.mu.Unlock()
	if answer == nil {
		return text(404, "nothing at "+r.URL.String())(r)
	}
	return answer(r)
}

func (f *fake) urls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, r := range f.asked {
		list = append(list, r.Method+" "+r.URL.String())
	}
	return list
}

type answer = func(*http.Request) (*http.Response, error)

func text(status int, body string, headers ...string) answer {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
	}
}

func fails(err error) answer {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// inTurn answers with each once, and with the last from then on.
func inTurn(answers ...answer) answer {
	n := 0
	return func(r *http.Request) (*http.Response, error) {
		a := answers[min(n, len(answers)-1)]
		n++
		return a(r)
	}
}

func only(url string, a answer) *fake {
	return &fake{answers: map[string]answer{"GET " + url: a, "POST " + url: a, "HEAD " + url: a, "PUT " + url: a}}
}

func get(t *testing.T, c *fetch.Client, url string) (*fetch.Answer, error) {
	t.Helper()
	return c.Do(t.Context(), request(t, "GET", url, nil))
}

func request(t *testing.T, method, url string, body []byte) *http.Request {
	t.Helper()
	var from io.Reader
	if body != nil {
		from = bytes.NewReader(body)
	}
	r, err := http.NewRequest(method, url, from)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// naps are waits that take no time.
type naps []time.Duration

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	*n = append(*n, d)
	return ctx.Err()
}
