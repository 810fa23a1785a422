package fetch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
)

// readBody reads at most limit bytes, after decompression.
func readBody(resp *http.Response, method string, limit int64) ([]byte, error) {
	if method == http.MethodHead || resp.StatusCode == http.StatusNotModified || resp.StatusCode == http.StatusNoContent {
		return []byte{}, nil
	}
	var from io.Reader = resp.Body
	switch strings.ToLower(resp.Header.Get("Content-Encoding")) {
	case "", "identity":
		if resp.ContentLength > limit {
			return nil, ErrTooLarge
		}
	case "gzip", "x-gzip":
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		unzipped, err := gzip.NewReader(resp.Body)
		if errors.Is(err, io.EOF) {
			return []byte{}, nil
		} else if err != nil {
			return nil, err
		}
		from = unzipped
	default:
		return nil, ErrUpstream.Because(errors.New("a Content-Encoding that was not asked for"))
	}
	var b bytes.Buffer
	if resp.ContentLength > 0 && resp.ContentLength <= limit {
		b.Grow(int(min(resp.ContentLength, 64<<10)) + bytes.MinRead) // what it says it has is not believed beyond that
	}
	n, err := b.ReadFrom(io.LimitReader(from, limit+1))
	switch {
	case n > limit:
		return nil, ErrTooLarge
	case err != nil:
		return nil, err
	case n == 0:
		return []byte{}, nil
	}
	return b.Bytes(), nil
}
