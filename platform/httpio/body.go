package httpio

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

const (
	bodyStart   = 4 << 10  // bytes that a buffer begins with
	bodyTrusted = 64 << 10 // bytes that are set aside on the client's word alone
	keepAtMost  = 64 << 10 // larger buffers are not kept
)

// scratch is what binding and encoding one request need for a moment.
type scratch struct {
	body []byte
	out  bytes.Buffer
	walk walk
}

func newScratch() any { return &scratch{body: make([]byte, 0, bodyStart)} }

// tidy makes it fit to be kept; false when it has grown too large.
func (s *scratch) tidy() bool {
	s.walk.reset()
	s.out.Reset()
	return cap(s.body) <= keepAtMost && s.out.Cap() <= keepAtMost
}

// read takes in the whole body, up to the limit in bytes (negative: none).
func (s *scratch) read(r *http.Request, limit int64) error {
	s.body = s.body[:0]
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if limit >= 0 && r.ContentLength > limit {
		return tooLarge(limit)
	}
	if n := min(r.ContentLength+1, bodyTrusted); n > int64(cap(s.body)) {
		s.body = make([]byte, 0, n)
	}
	for {
		if len(s.body) == cap(s.body) {
			s.body = append(s.body, 0)[:len(s.body)]
		}
		n, err := r.Body.Read(s.body[len(s.body):cap(s.body)])
		s.body = s.body[:len(s.body)+n]
		if limit >= 0 && int64(len(s.body)) > limit {
			return tooLarge(limit)
		}
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = r.Context().Err() // a body that trickles in must not hold its place for longer than the route's time
		}
		if err != nil {
			return readFault(err)
		}
	}
}

// isJSON accepts application/json and anything with +json, and a body that does not say what it is.
func isJSON(contentType string) bool {
	if contentType == "" || contentType == "application/json" {
		return true
	}
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	kind, sub, ok := strings.Cut(media, "/")
	return media == "application/json" || ok && kind != "" && strings.HasSuffix(sub, "+json") && len(sub) > len("+json")
}
