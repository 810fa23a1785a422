package edge

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// FuzzEdge sends arbitrary bytes and holds what the upstream saw against what a strict reader makes of the same bytes:
// the upstream's requests are the first of those, in order, with the same method, target and body, and nothing else.
func FuzzEdge(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /a?p=1;q=2&r=%zz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n" + hidden,
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", "GET //a/%2F HTTP/1.0\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
		handshake + maskedHello, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close, X\r\nX: y\r\nExpect: 100-continue\r\n\r\n" + hidden,
	} {
		f.Add([]byte(seed))
	}
	rec := startRecorder(f)
	cfg := configFor(rec.addr)
	cfg.HeadTimeout, cfg.BodyTimeout, cfg.IdleTimeout = time.Second, time.Second, time.Second
	cfg.MaxHeaderBytes = 8 << 10
	addr := startEdge(f, cfg)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) <= 16<<10 {
			compare(t, rec, addr, b)
		}
	})
}

type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// compare sends b and holds the upstream's requests against the strict reader's.
func compare(t fataler, rec *recorder, addr string, b []byte) {
	t.Helper()
	sent := readAll(b)
	from := rec.nextClient()
	exchangeBytes(t, from, addr, b, sent)
	all, broken, _ := rec.take()
	got := sentBy(t, from, all)
	if len(broken) > 0 {
		t.Fatalf("not well-formed: %q", broken)
	}
	if len(got) > len(sent) {
		t.Fatalf("%d requests were sent, the upstream got %d: %v", len(sent), len(got), got)
	}
	for i, g := range got {
		if s := sent[i]; g.method != s.method || g.target != s.target || g.body != s.body {
			t.Fatalf("request %d: sent %q, the upstream got %q", i, s, g)
		}
	}
}

// What a fuzzer takes long to come upon, put together of the words that matter.
func TestRequestsMadeOfDangerousWords(t *testing.T) {
	rec := startRecorder(t)
	cfg := configFor(rec.addr)
	cfg.HeadTimeout, cfg.BodyTimeout = time.Second, time.Second
	addr := startEdge(t, cfg)
	words := []string{
		"GET /a HTTP/1.1\r\n", "POST /b?x=%zz HTTP/1.1\r\n", "Host: a\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "\r\n", "\r\n",
		"Transfer-Encoding: chunked\r\n", "transfer-encoding:\tchunked \r\n", "hello", "5\r\nhello\r\n", "5;a=b\r\nhello\r\n", "0\r\n\r\n",
		"0\r\nX: y\r\n\r\n", "\n", "\r", " ", "X: y\r\n", " folded\r\n", "X : y\r\n", "Connection: close\r\n", "Connection: Content-Length, Host\r\n",
		"Upgrade: websocket\r\nConnection: upgrade\r\n", "Upgrade: h2c\r\n", "Expect: 100-continue\r\n", "X: \x00\r\n", hidden, hidden,
		"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "POST /d HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
	}
	rapid.Check(t, func(t *rapid.T) {
		compare(t, rec, addr, []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 10).Draw(t, "words"), "")))
	})
}

// readAll returns the whole well-formed requests at the start of b.
func readAll(b []byte) (all []seen) {
	r := bufio.NewReader(bytes.NewReader(b))
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return all
		}
		// Only a client may send an absolute target.
		method, target, proto := split3(line)
		r = bufio.NewReader(io.MultiReader(strings.NewReader(method+" "+originForm(target)+" "+proto), r))
		s, err := readStrictly(r)
		if err != nil {
			return all
		}
		all = append(all, s)
	}
}

func originForm(target string) string {
	if len(target) < 7 || !strings.EqualFold(target[:7], "http://") && !(len(target) > 8 && strings.EqualFold(target[:8], "https://")) {
		return target
	}
	_, rest, _ := strings.Cut(target, "://")
	i := strings.IndexAny(rest, "/?")
	switch {
	case i < 0:
		return "/"
	case rest[i] == '?':
		return "/" + rest[i:]
	}
	return rest[i:]
}

// sentBy are the requests of one client. A request that is whole may still be on its way to the upstream when its client has been
// refused for what came behind it, and gone; so each exchange has a client of its own.
func sentBy(t fataler, from net.IP, all []seen) (his []seen) {
	t.Helper()
	for _, s := range all {
		client := s.values("X-Forwarded-For")
		if len(client) != 1 || net.ParseIP(client[0]) == nil {
			t.Fatalf("whose request is it? %v", s)
		}
		if client[0] == from.String() {
			his = append(his, s)
		}
	}
	return his
}

// exchangeBytes sends b, reads as many answers as there should be, and then ends the connection.
func exchangeBytes(t fataler, from net.IP, addr string, b []byte, sent []seen) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	c, err := dialer.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(b); err != nil && !errors.Is(err, net.ErrClosed) {
		return // refused while it was still being sent
	}
	r := bufio.NewReader(c)
	for i := 0; i < len(sent); {
		res, err := http.ReadResponse(r, &http.Request{Method: sent[i].method})
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.Close {
			break
		}
		if res.StatusCode >= 200 {
			i++
		}
	}
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, r)
}
