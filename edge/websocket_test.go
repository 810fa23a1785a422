package edge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

const (
	handshake = "GET /live?x=%zz HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
	maskedHello = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" // RFC 6455, section 5.7
	hello       = "\x81\x05Hello"
)

// startFrames is an upstream that accepts the handshake and answers each masked hello with a hello.
func startFrames(t *testing.T) string {
	return startRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		s, err := readStrictly(r)
		if err != nil || s.target != "/live?x=%zz" || strings.Join(s.values("Upgrade"), "") != "WebSocket" {
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
			return
		}
		_, _ = io.WriteString(c, switched)
		frame := make([]byte, len(maskedHello))
		for {
			if _, err := io.ReadFull(r, frame); err != nil {
				return
			}
			if string(frame) != maskedHello {
				fmt.Fprintf(c, "got %q", frame)
				return
			}
			_, _ = io.WriteString(c, hello)
		}
	})
}

func expect(t *testing.T, c *client, want string) {
	t.Helper()
	b := make([]byte, len(want))
	if _, err := io.ReadFull(c.r, b); err != nil || string(b) != want {
		t.Fatalf("%q %v, want %q", b, err, want)
	}
}

func openSocket(t *testing.T, c *client) {
	t.Helper()
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != 101 || res.Header.Get("Upgrade") != "websocket" || res.Header.Get("Connection") != "Upgrade" ||
		res.Header.Get("Sec-Websocket-Accept") == "" || res.Header.Get("X-Request-Id") == "" {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
}

func TestWebSocketPassesBothWays(t *testing.T) {
	addr := startEdge(t, configFor(startFrames(t)))
	for name, early := range map[string]string{"frames after the answer": "", "a frame with the handshake": maskedHello} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			c.send(handshake + early)
			openSocket(t, c)
			if early != "" {
				expect(t, c, hello)
			}
			for range 3 {
				c.send(maskedHello)
				expect(t, c, hello)
			}
		})
	}
}

func TestWebSocketBehindARequestOnTheSameConnection(t *testing.T) {
	addr := startEdge(t, configFor(startFrames(t)), Local{Pattern: "GET /first", Handler: http.NotFoundHandler()})
	c := dial(t, addr)
	c.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + handshake)
	if res, _ := c.answer("GET"); res.StatusCode != 404 {
		t.Fatal(res.Status)
	}
	openSocket(t, c)
	c.send(maskedHello)
	expect(t, c, hello)
}

// What comes behind a handshake that is declined was never looked at, so it is never read as a request.
func TestADeclinedHandshakeClosesTheConnection(t *testing.T) {
	rec := startRecorder(t)
	c := dial(t, startEdge(t, configFor(rec.addr)))
	c.send(handshake + "GET /hidden HTTP/1.1\nHost: a\n\n")
	res, _ := c.answer("GET")
	if res.StatusCode != 200 || !res.Close {
		t.Errorf("%s, closes %v", res.Status, res.Close)
	}
	c.mustBeClosed()
	if requests, broken, _ := rec.take(); len(requests) != 1 || len(broken) > 0 {
		t.Errorf("the upstream got %v, broken %v", requests, broken)
	}
}

func TestTooMuchBeforeTheHandshakesAnswer(t *testing.T) {
	up := startRaw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	c := dial(t, startEdge(t, configFor(up)))
	c.send(handshake)
	_, _ = io.WriteString(c, strings.Repeat("x", 1<<20)) // may fail: the edge closes
	if b, _ := io.ReadAll(c.r); strings.Contains(string(b), "101") {
		t.Errorf("%q", b)
	}
}

func TestAnUpstreamMayNotSwitchUnasked(t *testing.T) {
	for name, tc := range map[string]struct{ request, reply string }{
		"not asked":      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", switched},
		"other protocol": {handshake, strings.Replace(switched, "websocket", "h2c", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			gone := make(chan struct{})
			up := startRaw(t, func(c net.Conn) {
				r := bufio.NewReader(c)
				_, _ = readStrictly(r)
				_, _ = io.WriteString(c, tc.reply)
				_, _ = r.ReadByte()
				close(gone)
			})
			res, body := exchange(t, startEdge(t, configFor(up)), tc.request)
			checkProblem(t, res, body, http.StatusBadGateway, "edge.upstream_dead")
			<-gone // the upstream's connection is closed, not kept
		})
	}
}

func TestALocalWebSocketGetsTheBareConnection(t *testing.T) {
	cfg := DefaultConfig()
	addr := startEdge(t, cfg, Local{Pattern: "GET /live", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		if _, ok := c.(*net.TCPConn); !ok {
			t.Errorf("a %T: writev needs the TCP connection", c)
		}
		_, _ = io.WriteString(c, switched)
		b := make([]byte, len(maskedHello))
		_, _ = io.ReadFull(rw, b)
		_, _ = c.Write(b)
	})})
	c := dial(t, addr)
	c.send(handshake)
	res, err := http.ReadResponse(c.r, nil)
	if err != nil || res.StatusCode != 101 {
		t.Fatal(err, res)
	}
	c.send(maskedHello)
	expect(t, c, maskedHello)
}

func TestOnlyAWebSocketRequestMayTakeTheConnectionOver(t *testing.T) {
	addr := startEdge(t, DefaultConfig(), Local{Pattern: "GET /", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _, err := http.NewResponseController(w).Hijack()
		fmt.Fprint(w, err)
	})})
	if _, body := exchange(t, addr, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); !strings.Contains(body, "WebSocket") {
		t.Error(body)
	}
}

func TestShutdownEndsWebSocketsThatPass(t *testing.T) {
	e, err := New(configFor(startFrames(t)), nil, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := e.Server("")
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	c := dial(t, l.Addr().String())
	c.send(handshake)
	openSocket(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	c.mustBeClosed()
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
