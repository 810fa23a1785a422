package fetch_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/fetch"
)

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func client(t *testing.T, cfg fetch.Config) *fetch.Client {
	t.Helper()
	c := fetch.New(cfg)
	t.Cleanup(c.Close)
	return c
}

func TestRealServer(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped(t, strings.NewReader("the document")))
	})
	c := client(t, fetch.Config{Private: true})
	a, err := get(t, c, s.URL)
	if err != nil || string(a.Body) != "the document" || a.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	r := request(t, "GET", s.URL, nil)
	r.Header.Set("If-None-Match", a.Header.Get("ETag"))
	if a, err = c.Do(t.Context(), r); err != nil || a.Status != 304 || len(a.Body) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestHTTP2AndTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := client(t, fetch.Config{Private: true})
	if _, err := get(t, c, s.URL); !errors.Is(err, fetch.ErrUpstream) {
		t.Errorf("an unknown certificate: %v", err)
	}
	trusting := client(t, fetch.Config{Private: true})
	trusting.TrustOf(s.Client())
	if a, err := get(t, trusting, s.URL); err != nil || string(a.Body) != "HTTP/2.0" {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestSlowServers: the time-outs are short, and that a server that would go on forever is left at all is what is shown.
func TestSlowServers(t *testing.T) {
	for name, test := range map[string]struct {
		cfg   fetch.Config
		serve http.HandlerFunc
	}{
		"header": {fetch.Config{HeaderTimeout: 50 * time.Millisecond, Timeout: time.Hour}, func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}},
		"body that stops": {fetch.Config{Timeout: 50 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "begin")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}},
		"body that drips": {fetch.Config{Timeout: 50 * time.Millisecond, MaxBody: 1 << 40}, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, ".")
				_ = http.NewResponseController(w).Flush()
			}
		}},
	} {
		test.cfg.Private = true
		s := serve(t, test.serve)
		_, err := get(t, client(t, test.cfg), s.URL)
		if !errors.Is(err, fetch.ErrTimeout) || fault.From(err).Kind != fault.Timeout {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFiftyMegabytes(t *testing.T) {
	const size = 50 << 20
	for name, declared := range map[string]bool{"declared": true, "chunked": false} {
		var sent atomic.Int64
		ended := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			defer close(ended)
			if declared {
				w.Header().Set("Content-Length", strconv.Itoa(size))
			}
			chunk := make([]byte, 64<<10)
			for sent.Load() < size {
				n, err := w.Write(chunk)
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		_, err := get(t, client(t, fetch.Config{Private: true}), s.URL)
		if !errors.Is(err, fetch.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		<-ended
		if sent.Load() >= size {
			t.Errorf("%s: all of it was read", name)
		}
	}
}

func zipped(t *testing.T, from io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, from); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestGzipBomb(t *testing.T) {
	bomb := zipped(t, io.LimitReader(zeros{}, 8<<20))
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb)
	})
	if int64(len(bomb)) > 1<<20 {
		t.Fatalf("a bomb of %d bytes would be refused for its own size", len(bomb))
	}
	if _, err := get(t, client(t, fetch.Config{Private: true}), s.URL); !errors.Is(err, fetch.ErrTooLarge) {
		t.Error(err)
	}
	twice := zipped(t, bytes.NewReader(bomb))
	nested := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(twice)
	})
	if a, err := get(t, client(t, fetch.Config{Private: true}), nested.URL); err != nil || !bytes.Equal(a.Body, bomb) {
		t.Errorf("gzip in gzip is unpacked once: %v", err)
	}
}

func TestServerThatResets(t *testing.T) {
	var calls atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) > 2 {
			_, _ = io.WriteString(w, "at last")
			return
		}
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_ = c.(*net.TCPConn).SetLinger(0) // closing is then a reset
		_ = c.Close()
	})
	c := client(t, fetch.Config{Private: true, Retries: 2, Sleep: new(naps).sleep})
	if a, err := c.Do(t.Context(), request(t, "POST", s.URL, []byte("x"))); !errors.Is(err, fetch.ErrUpstream) {
		t.Errorf("a POST is not repeated: %+v, %v", a, err)
	}
	if a, err := get(t, c, s.URL); err != nil || string(a.Body) != "at last" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestServerThatDoesNotSpeakHTTP(t *testing.T) {
	for name, says := range map[string]string{
		"ssh": "SSH-2.0-x\r\n", "nothing": "", "endless header": "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20),
		"short": "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, says)
		}()
		_, err = get(t, client(t, fetch.Config{Private: true}), "http://"+l.Addr().String())
		if !errors.Is(err, fetch.ErrUpstream) {
			t.Errorf("%s: %v", name, err)
		}
		l.Close()
		<-served
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(name, proxy.URL)
	}
	if fetch.RealTransport(fetch.Config{}).Proxy != nil {
		t.Error("there is a proxy")
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") })
	if a, err := get(t, client(t, fetch.Config{Private: true}), s.URL); err != nil || string(a.Body) != "direct" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestPrivateAddressesAreNotDialled(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	names := resolver(t, map[string]string{
		"loopback.example": "127.0.0.1", "loopback6.example": "::1", "mapped.example": "::ffff:127.0.0.1",
		"metadata.example": "169.254.169.254", "inside.example": "10.1.2.3", "unspecified.example": "0.0.0.0",
		"nat64.example": "64:ff9b::7f00:1",
	})
	for _, host := range []string{
		"loopback.example", "loopback6.example", "mapped.example", "metadata.example", "inside.example", "unspecified.example", "nat64.example",
		"127.0.0.1", "[::1]", "[::]", "0.0.0.0", "[::ffff:127.0.0.1]", "localhost",
	} {
		url := "http://" + host + ":" + strconv.Itoa(port) + "/"
		_, err := get(t, client(t, fetch.Config{Resolver: names}), url)
		if !errors.Is(err, fetch.ErrPrivate) || fault.From(err).Kind != fault.BadGateway {
			t.Errorf("%s: %v", host, err)
		}
		tr := fetch.RealTransport(fetch.Config{Resolver: names}) // which checks by itself, whatever was checked before
		r := request(t, "GET", url, nil).WithContext(t.Context())
		if resp, err := tr.RoundTrip(r); !errors.Is(err, fetch.ErrPrivate) {
			t.Errorf("%s by the transport: %v, %v", host, resp, err)
		}
	}
}

func TestRedirectToANameThatResolvesToAPrivateAddress(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	port := s.Listener.Addr().(*net.TCPAddr).Port
	real := fetch.RealTransport(fetch.Config{Resolver: resolver(t, map[string]string{"inside.example": "127.0.0.1"})})
	first := to(302, "http://inside.example:"+strconv.Itoa(port)+"/")
	c := fetch.New(fetch.Config{Redirects: 3, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "api.example.com" {
			return first(r)
		}
		return real.RoundTrip(r)
	})})
	_, err := get(t, c, "http://api.example.com/")
	if !errors.Is(err, fetch.ErrPrivate) || !errors.Is(err, fetch.ErrRedirects) {
		t.Error(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestCallerWhoLeavesARealServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	if _, err := client(t, fetch.Config{Private: true}).Do(ctx, request(t, "GET", s.URL, nil)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
