package edge

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 10 * time.Second // only ever waited for by a test that fails

// seen is one request as the recorder read it.
type seen struct {
	method, target, proto string
	lines                 []string // header lines as they came
	body                  string
}

func (s seen) values(name string) (values []string) {
	for _, l := range s.lines {
		if n, v, _ := strings.Cut(l, ":"); strings.EqualFold(n, name) {
			values = append(values, strings.TrimSpace(v))
		}
	}
	return values
}

var (
	requestLineForm = regexp.MustCompile(`^[A-Za-z0-9_-]+ (?:/[^\x00-\x20#\x7f]*|\*) HTTP/1\.[01]$`)
	fieldLineForm   = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\\x00-\\x08\\x0a-\\x1f\\x7f]*$")
	chunkLineForm   = regexp.MustCompile(`^[0-9a-fA-F]{1,15}(;[^\x00-\x08\x0a-\x1f\x7f]*)?$`)
)

// readStrictly reads one request and takes nothing but the one way to write it. It shares no code with the scanner: it
// is what the fuzz test holds the edge against. io.EOF: nothing came; errCut: it broke off.
func readStrictly(r *bufio.Reader) (seen, error) {
	var s seen
	line, err := readLine(r)
	if err != nil {
		return s, err
	}
	if !requestLineForm.MatchString(line) {
		return s, fmt.Errorf("request line %q", line)
	}
	s.method, s.target, s.proto = split3(line)
	for {
		line, err := readLine(r)
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return s, err
		}
		if line == "" {
			break
		}
		if !fieldLineForm.MatchString(line) {
			return s, fmt.Errorf("header line %q", line)
		}
		s.lines = append(s.lines, line)
	}
	s.body, err = readBody(r, s)
	return s, err
}

var errCut = errors.New("the request broke off")

func split3(line string) (string, string, string) {
	a, rest, _ := strings.Cut(line, " ")
	b, c, _ := strings.Cut(rest, " ")
	return a, b, c
}

func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err == io.EOF && line != "" {
		return "", errCut
	}
	if err != nil {
		return "", err
	}
	if !strings.HasSuffix(line, "\r\n") {
		return "", fmt.Errorf("bare LF after %q", line)
	}
	return line[:len(line)-2], nil
}

func readBody(r *bufio.Reader, s seen) (string, error) {
	hosts, lengths, codings := s.values("Host"), s.values("Content-Length"), s.values("Transfer-Encoding")
	switch {
	case len(hosts) > 1 || len(hosts) == 0 && s.proto == "HTTP/1.1":
		return "", fmt.Errorf("%d Host lines", len(hosts))
	case len(lengths) > 1, len(codings) > 1, len(lengths) > 0 && len(codings) > 0:
		return "", fmt.Errorf("Content-Length %q, Transfer-Encoding %q", lengths, codings)
	case len(codings) == 1 && !strings.EqualFold(codings[0], "chunked"):
		return "", fmt.Errorf("Transfer-Encoding %q", codings)
	case len(codings) == 1:
		return readChunks(r)
	case len(lengths) == 1:
		n, err := strconv.ParseUint(lengths[0], 10, 62)
		if err != nil {
			return "", err
		}
		return readN(r, int64(n))
	}
	return "", nil
}

func readN(r io.Reader, n int64) (string, error) {
	var b bytes.Buffer
	if got, err := io.CopyN(&b, r, n); got < n {
		return b.String(), errors.Join(errCut, err)
	}
	return b.String(), nil
}

func readChunks(r *bufio.Reader) (string, error) {
	var body strings.Builder
	for {
		line, err := readLine(r)
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return body.String(), err
		}
		if !chunkLineForm.MatchString(line) {
			return body.String(), fmt.Errorf("chunk line %q", line)
		}
		digits, _, _ := strings.Cut(line, ";")
		n, _ := strconv.ParseInt(digits, 16, 64)
		if n == 0 {
			return body.String(), readTrailers(r)
		}
		data, err := readN(r, n+2)
		body.WriteString(strings.TrimSuffix(data, "\r\n"))
		if err != nil {
			return body.String(), err
		}
		if !strings.HasSuffix(data, "\r\n") {
			return body.String(), fmt.Errorf("chunk end %q", data[len(data)-2:])
		}
	}
}

func readTrailers(r *bufio.Reader) error {
	for {
		line, err := readLine(r)
		if err == io.EOF {
			err = errCut
		}
		if err != nil || line == "" {
			return err
		}
		if !fieldLineForm.MatchString(line) {
			return fmt.Errorf("trailer line %q", line)
		}
	}
}

// recorder is an upstream that reads strictly and remembers all it got.
type recorder struct {
	addr  string
	reply func(seen) string // the raw answer; "" closes the connection without one

	mu       sync.Mutex
	requests []seen
	broken   []string // what was not well-formed
	cut      int      // requests that broke off
	conns    int
	clients  uint32
}

// nextClient is a loopback address that no client had before.
func (rec *recorder) nextClient() net.IP {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.clients++
	n := rec.clients%(1<<22) + 2
	return net.IPv4(127, byte(n>>16), byte(n>>8), byte(n))
}

const plainReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func startRecorder(t testing.TB) *recorder {
	t.Helper()
	rec := &recorder{reply: func(seen) string { return plainReply }}
	rec.addr = startRaw(t, func(c net.Conn) {
		rec.note(func() { rec.conns++ })
		r := bufio.NewReader(c)
		for rec.one(c, r) {
		}
	})
	return rec
}

func (rec *recorder) note(f func()) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	f()
}

func (rec *recorder) one(c net.Conn, r *bufio.Reader) bool {
	s, err := readStrictly(r)
	var gone net.Error
	switch {
	case err == io.EOF:
		return false
	case errors.Is(err, errCut) || errors.As(err, &gone):
		rec.note(func() { rec.cut++ })
		return false
	case err != nil:
		rec.note(func() { rec.broken = append(rec.broken, err.Error()) })
		return false
	}
	var reply string
	rec.note(func() {
		rec.requests = append(rec.requests, s)
		reply = rec.reply(s)
	})
	_, err = io.WriteString(c, reply)
	return reply != "" && err == nil
}

func (rec *recorder) take() (requests []seen, broken []string, cut int) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	requests, broken, cut = rec.requests, rec.broken, rec.cut
	rec.requests, rec.broken, rec.cut = nil, nil, 0
	return requests, broken, cut
}

// startRaw serves each connection with serve on its own goroutine, until the test ends.
func startRaw(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			running.Go(func() {
				serve(c)
				_ = c.Close()
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return l.Addr().String()
}

// configFor passes everything on to these servers.
func configFor(addrs ...string) Config {
	cfg := DefaultConfig()
	cfg.Default = "old"
	var urls []string
	for _, a := range addrs {
		urls = append(urls, "http://"+a)
	}
	cfg.Upstreams = map[string]Upstream{"old": {URLs: urls}}
	return cfg
}

// records is an observer that keeps what it is told.
type records struct {
	mu  sync.Mutex
	all []Record
}

func (r *records) Observe(rec Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, rec)
}

func (r *records) list() []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Record(nil), r.all...)
}

func startEdge(t testing.TB, cfg Config, locals ...Local) string {
	t.Helper()
	return startEdgeWith(t, cfg, Deps{}, locals...)
}

func startEdgeWith(t testing.TB, cfg Config, deps Deps, locals ...Local) string {
	t.Helper()
	e, err := New(cfg, locals, deps)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := e.Server("")
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	running.Go(func() { _ = e.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		_ = s.Close()
		running.Wait()
	})
	return l.Addr().String()
}

// client is a raw connection to the edge.
type client struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func dial(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return &client{Conn: c, t: t, r: bufio.NewReader(c)}
}

func (c *client) send(b string) {
	c.t.Helper()
	if _, err := io.WriteString(c, b); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one answer whole.
func (c *client) answer(method string) (*http.Response, string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("broken answer: %v", err)
	}
	return res, string(b)
}

func (c *client) mustBeClosed() {
	c.t.Helper()
	if n, err := c.r.ReadByte(); err == nil {
		c.t.Fatalf("the connection is open: byte %q came", n)
	} else if t, ok := err.(net.Error); ok && t.Timeout() {
		c.t.Fatal("the connection is still open")
	}
}

// exchange sends one request on a connection of its own.
func exchange(t testing.TB, addr, request string) (*http.Response, string) {
	t.Helper()
	c := dial(t, addr)
	c.send(request)
	method, _, _ := strings.Cut(request, " ")
	return c.answer(method)
}

// eventually polls: the other side works on goroutines of its own.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never came true: %s", what)
		}
	}
}
