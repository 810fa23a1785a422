package socket

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

const patience = 20 * time.Second // only ever waited for by a test that fails

// echo sends back what comes, and remembers how each connection ended.
type echo struct {
	mu    sync.Mutex
	ended []error
}

func (e *echo) Message(c *Conn, _ bool, p []byte) {
	c.Send(p)
	c.Flush()
}

func (e *echo) Closed(_ *Conn, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = append(e.ended, err)
}

// serve starts a group behind net/http, and ends it with the test.
func serve(t testing.TB, o Options, on func(c *Conn, r *http.Request)) (*Group, string) {
	t.Helper()
	g := New(o)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := g.Upgrade(w, r); err == nil {
			on(c, r)
		}
	}))
	t.Cleanup(func() {
		stop, cancel := newStopped()
		defer cancel()
		_ = g.Shutdown(stop)
		s.Close()
		if now := g.Stats(); now.Open != 0 || now.Queued != 0 || now.Blocked != 0 {
			t.Errorf("left behind: %+v", now)
		}
	})
	return g, s.Listener.Addr().String()
}

// client is a raw connection after the handshake.
type client struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

const handshake = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

func dialRaw(t testing.TB, addr string) *client {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return &client{Conn: c, t: t, r: bufio.NewReaderSize(c, 512)}
}

func dial(t testing.TB, addr string, headers ...string) *client {
	t.Helper()
	c, res := dialFor(t, addr, "", headers...)
	if res.StatusCode != http.StatusSwitchingProtocols {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("%s %s", res.Status, b)
	}
	return c
}

func dialFor(t testing.TB, addr, early string, headers ...string) (*client, *http.Response) {
	t.Helper()
	c := dialRaw(t, addr)
	c.send(handshake + strings.Join(append(headers, ""), "\r\n") + "\r\n" + early)
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c, res
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatal(err)
	}
}

// got is one frame as it came.
type got struct {
	op  ws.OpCode
	rsv byte
	fin bool
	p   string
}

func (g got) String() string {
	p := g.p
	if len(p) > 60 {
		p = fmt.Sprintf("%s… (%d bytes)", p[:60], len(p))
	}
	return fmt.Sprintf("%#x %q", byte(g.op), p)
}

// frame reads one frame strictly.
func (c *client) frame() (got, error) {
	var b [8]byte
	if _, err := io.ReadFull(c.r, b[:2]); err != nil {
		return got{}, err
	}
	g := got{op: ws.OpCode(b[0] & 15), rsv: b[0] >> 4 & 7, fin: b[0]&0x80 != 0}
	n := uint64(b[1])
	switch n {
	case 126:
		if _, err := io.ReadFull(c.r, b[:2]); err != nil {
			return g, err
		}
		n = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		if _, err := io.ReadFull(c.r, b[:8]); err != nil {
			return g, err
		}
		n = binary.BigEndian.Uint64(b[:])
	}
	if n > 1<<26 {
		return g, fmt.Errorf("a frame of %d bytes", n)
	}
	p := make([]byte, n)
	_, err := io.ReadFull(c.r, p)
	g.p = string(p)
	return g, err
}

func (c *client) want(op ws.OpCode, p string) {
	c.t.Helper()
	g, err := c.frame()
	if err != nil || g.op != op || g.p != p || !g.fin || g.rsv != 0 {
		c.t.Fatalf("got %v %v, want %v", g, err, got{op: op, p: p})
	}
}

// masked makes a client's frame.
func masked(first byte, p string) string {
	b := []byte{first}
	switch n := len(p); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, mask[:]...)
	for i := range len(p) {
		b = append(b, p[i]^mask[i%4])
	}
	return string(b)
}

const (
	final  = 0x80
	text   = final | 1
	binar  = final | 2
	closes = final | 8
	pings  = final | 9
	pongs  = final | 10
)

func closeFor(code int, reason string) string { return string(closeBody(code, reason)) }

// never is so long that no test lives to see it: what goes out goes out for another reason.
const never = 1000 * time.Hour

// settle lets c have been written to once, so that from here on it waits for Coalesce.
func settle(c *Conn, client *client) {
	client.t.Helper()
	c.Send([]byte("settled"))
	client.want(ws.OpText, "settled")
	eventually(client.t, "the write is over", func() bool { return c.Queued() == 0 })
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
