package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// hop is one request of a call.
type hop struct {
	method string
	url    *url.URL
	header http.Header
	body   func() (io.ReadCloser, int64, error) // nil: none
}

// bodyOf gives copies of a request's body. One without GetBody can be had once.
func bodyOf(r *http.Request) func() (io.ReadCloser, int64, error) {
	switch {
	case r.Body == nil || r.Body == http.NoBody:
		return nil
	case r.GetBody == nil:
		taken := false
		return func() (io.ReadCloser, int64, error) {
			if taken {
				return nil, 0, errors.New("the body cannot be sent twice")
			}
			taken = true
			return r.Body, r.ContentLength, nil
		}
	}
	return func() (io.ReadCloser, int64, error) {
		b, err := r.GetBody()
		return b, r.ContentLength, err
	}
}

// headers are the request's with ours.
func (c *Client) headers(r *http.Request) http.Header {
	h := r.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	if h.Get("User-Agent") == "" {
		h.Set("User-Agent", c.cfg.UserAgent)
	}
	h.Del("Accept-Encoding")
	if h.Get("Range") == "" && r.Method != http.MethodHead {
		h.Set("Accept-Encoding", "gzip")
	}
	return h
}

// exchange sends one request and reads its answer.
func (c *Client) exchange(caller, call context.Context, h hop) (*Answer, error) {
	if err := c.Check(h.url); err != nil {
		return nil, err
	}
	done, err := c.breakers.enter(origin(h.url))
	if err != nil {
		return nil, err
	}
	came := left // also where send panics: a probe that never ends would leave the host alone for good
	defer func() { done(came) }()
	ctx, cancel := context.WithCancelCause(call)
	defer cancel(nil)
	a, err := c.send(ctx, cancel, h)
	if err != nil {
		err = blame(caller, ctx, err)
	}
	came = judge(a, err)
	return a, err
}

func (c *Client) send(ctx context.Context, cancel context.CancelCauseFunc, h hop) (*Answer, error) {
	r := (&http.Request{
		Method: h.method, URL: h.url, Header: h.header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if h.body != nil {
		var err error
		if r.Body, r.ContentLength, err = h.body(); err != nil {
			return nil, ErrURL.Because(err)
		}
	}
	slow := time.AfterFunc(c.cfg.HeaderTimeout, func() { cancel(ErrTimeout) })
	if c.cfg.Before != nil {
		if err := c.cfg.Before(r); err != nil {
			slow.Stop()
			return nil, err
		}
	}
	resp, err := c.rt.RoundTrip(r)
	inTime := slow.Stop()
	if err != nil {
		return nil, err
	}
	tidy(resp)
	defer resp.Body.Close()
	if !inTime {
		return nil, ErrTimeout
	}
	body := []byte{}
	if !c.cfg.SkipBody {
		body, err = readBody(resp, h.method, c.cfg.MaxBody)
	}
	if err != nil {
		return nil, err
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, URL: h.url}, nil
}

// tidy fills what fakes leave out.
func tidy(resp *http.Response) {
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
}

// judge says what a call means for its host's breaker. An answer that is refused for its size is one.
func judge(a *Answer, err error) outcome {
	switch {
	case a != nil && a.Status < 500, errors.Is(err, ErrTooLarge):
		return alive
	case a != nil, errors.Is(err, ErrUpstream), errors.Is(err, ErrTimeout):
		return dead
	}
	return left // the caller's doing, or refused by us
}
