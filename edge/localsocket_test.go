package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/hotlane/hotlane/platform/realtime/socket"
)

// mirror answers each message with itself.
type mirror struct{}

func (mirror) Message(c *socket.Conn, _ bool, p []byte) {
	c.Send(p)
	c.Flush()
}

func (mirror) Closed(*socket.Conn, error) {}

// sockets is a local endpoint for WebSockets, and what must be waited for.
func sockets(t *testing.T, seen func(*http.Request)) Local {
	t.Helper()
	g := socket.New(socket.Options{MaxMessage: 1 << 20})
	t.Cleanup(func() {
		cut, cancel := context.WithCancel(context.Background())
		cancel()
		_ = g.Shutdown(cut)
	})
	return Local{Pattern: "GET /live", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen != nil {
			seen(r)
		}
		if c, err := g.Upgrade(w, r); err == nil {
			c.Serve(mirror{}, false)
		}
	})}
}

// What a client sends behind its handshake, before it has the answer, is read with it, in whatever pieces it comes.
func TestALocalWebSocketLosesNothingThatCameEarly(t *testing.T) {
	cfg := DefaultConfig()
	cfg.TLS = certificate(t)
	many := 2000 // frames: more than any buffer on the way has room for, and less than may be sent early
	for name, dialed := range map[string]func(*testing.T) *client{
		"plain": func(t *testing.T) *client { return dial(t, startEdge(t, DefaultConfig(), sockets(t, nil))) },
		"TLS": func(t *testing.T) *client {
			return dialTLS(t, startEdge(t, cfg, sockets(t, nil)), "http/1.1")
		},
	} {
		for early, n := range map[string]int{"nothing": 0, "a frame": 1, "as much as may come": maxEarlyData / len(maskedHello), "more in time": many} {
			t.Run(name+", "+early, func(t *testing.T) {
				c := dialed(t)
				first := min(n, maxEarlyData/len(maskedHello))
				c.send(handshake + strings.Repeat(maskedHello, first))
				openSocket(t, c)
				c.send(strings.Repeat(maskedHello, n-first+1))
				got := 0
				for got < n+1 {
					got += len(strings.Split(readFrame(t, c), "\n"))
				}
				if got != n+1 {
					t.Errorf("%d hellos, want %d", got, n+1)
				}
			})
		}
	}
}

// readFrame gives the payload of a text frame, which has hellos only.
func readFrame(t *testing.T, c *client) string {
	t.Helper()
	var head [4]byte
	if _, err := io.ReadFull(c.r, head[:2]); err != nil || head[0] != 0x81 {
		t.Fatalf("%x %v", head, err)
	}
	n := int(head[1])
	if n == 126 {
		if _, err := io.ReadFull(c.r, head[2:]); err != nil {
			t.Fatal(err)
		}
		n = int(head[2])<<8 | int(head[3])
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(c.r, p); err != nil {
		t.Fatal(err)
	}
	if rest := strings.Trim(strings.ReplaceAll(string(p), "Hello", ""), "\n"); rest != "" {
		t.Fatalf("%q", p)
	}
	return string(p)
}

func TestALocalWebSocketBehindARequestOnTheSameConnection(t *testing.T) {
	addr := startEdge(t, DefaultConfig(), sockets(t, nil), Local{Pattern: "GET /first", Handler: http.NotFoundHandler()})
	c := dial(t, addr)
	c.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + handshake + maskedHello)
	if res, _ := c.answer("GET"); res.StatusCode != 404 {
		t.Fatal(res.Status)
	}
	openSocket(t, c)
	expect(t, c, hello)
}

// An open WebSocket may live for days: nothing of the request that it began with, nor of the connection's HTTP, lives on with it.
func TestALocalWebSocketKeepsNothingOfItsRequest(t *testing.T) {
	var request, wrapper atomic.Bool
	addr := startEdge(t, DefaultConfig(), sockets(t, func(r *http.Request) {
		runtime.AddCleanup(r, func(*atomic.Bool) { request.Store(true) }, nil)
		runtime.AddCleanup(connOf(r), func(*atomic.Bool) { wrapper.Store(true) }, nil)
	}))
	c := dial(t, addr)
	c.send(handshake + maskedHello)
	openSocket(t, c)
	expect(t, c, hello)
	eventually(t, "the request and the connection's HTTP are let go of", func() bool {
		runtime.GC()
		return request.Load() && wrapper.Load()
	})
	c.send(maskedHello)
	expect(t, c, hello)
}

// Local WebSockets are their server's to drain, after the requests.
func TestShutdownLeavesLocalWebSocketsOpen(t *testing.T) {
	e, err := New(DefaultConfig(), []Local{sockets(t, nil)}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := e.Server("")
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	defer running.Wait()
	c := dial(t, l.Addr().String())
	c.send(handshake)
	openSocket(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	c.send(maskedHello)
	expect(t, c, hello)
}

// RFC 8441 is not spoken: it is not announced, and what is asked for in its way or in HTTP/1's is told so.
func TestAWebSocketOverHTTP2IsRefused(t *testing.T) {
	cfg := DefaultConfig()
	cfg.TLS = certificate(t)
	addr := startEdge(t, cfg, sockets(t, nil))
	live := []string{":scheme", "https", ":authority", "a", ":path", "/live"}
	for name, pairs := range map[string][]string{
		"as a GET":            append([]string{":method", "GET", "sec-websocket-version", "13", "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}, live...),
		"as extended CONNECT": append([]string{":method", "CONNECT", ":protocol", "websocket", "sec-websocket-version", "13"}, live...),
	} {
		t.Run(name, func(t *testing.T) {
			f := dialFrames(t, addr)
			frame, err := f.framer.ReadFrame()
			if err != nil {
				t.Fatal(err)
			}
			settings := frame.(*http2.SettingsFrame)
			if v, ok := settings.Value(http2.SettingEnableConnectProtocol); ok && v != 0 {
				t.Error("RFC 8441 is announced")
			}
			if status := f.request("", pairs...); status != "400" && status != "reset" {
				t.Error(status)
			}
		})
	}
}

func TestTheRefusalOfAWebSocketOverHTTP2SaysWhy(t *testing.T) {
	cfg := DefaultConfig()
	cfg.TLS = certificate(t)
	addr := startEdge(t, cfg, sockets(t, nil))
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: &protocols}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, Timeout: patience}
	res, err := client.Get("https://" + addr + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	checkProblem(t, res, string(b), http.StatusBadRequest, "socket.handshake")
	if !strings.Contains(string(b), "HTTP/1.1") {
		t.Errorf("%s", b)
	}
}

// A client that sends its handshake slowly has the time that a head has, and an open WebSocket has none.
func TestALocalWebSocketHasNoTimeLimit(t *testing.T) {
	cfg := DefaultConfig()
	cfg.HeadTimeout, cfg.IdleTimeout, cfg.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
	addr := startEdge(t, cfg, sockets(t, nil))
	c := dial(t, addr)
	c.send(handshake + maskedHello)
	openSocket(t, c)
	expect(t, c, hello)
	other := dial(t, addr) // whose end shows that the time was over
	other.send("GET /live HTTP/1.1\r\nHost: a\r\n")
	other.mustBeClosedAfterAnswer()
	c.send(maskedHello)
	expect(t, c, hello)
}

func (c *client) mustBeClosedAfterAnswer() {
	c.t.Helper()
	if _, err := io.Copy(io.Discard, c.r); err != nil {
		c.t.Fatal(err)
	}
}
