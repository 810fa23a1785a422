package door_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/httpio"
	"github.com/hotlane/hotlane/platform/realtime/socket"
)

// echo answers each message with itself.
type echo struct{}

func (echo) Message(c *socket.Conn, _ bool, p []byte) {
	c.Send(p)
	c.Flush()
}

func (echo) Closed(*socket.Conn, error) {}

// A WebSocket passes the door, and holds no place behind it: 40 are open where 16 requests may be under way.
func TestOpenWebSocketsHoldNoPlaces(t *testing.T) {
	g := socket.New(socket.Options{})
	h := route(t, newDoor(t, io.Discard), lane.Route{
		Pattern: "GET /live", Limits: lane.Limits{Time: time.Second},
		Handler: httpio.HTTP(func(w http.ResponseWriter, r *http.Request) error {
			if c, err := g.Upgrade(w, r); err == nil {
				c.Serve(echo{}, false)
			}
			return nil // a refusal is answered already
		}),
	})
	s := httptest.NewServer(h)
	defer s.Close()
	const handshake = "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	const masked, plain = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "\x81\x05Hello" // RFC 6455, section 5.7
	for range 40 {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(c, handshake+masked)
		r := bufio.NewReader(c)
		res, err := http.ReadResponse(r, nil)
		if err != nil || res.StatusCode != http.StatusSwitchingProtocols || res.Header.Get(httpio.RequestIDHeader) == "" {
			t.Fatal(res, err)
		}
		b := make([]byte, len(plain))
		if _, err := io.ReadFull(r, b); err != nil || string(b) != plain {
			t.Fatalf("%q %v", b, err)
		}
	}
	if open := g.Stats().Open; open != 40 {
		t.Errorf("%d are open", open)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_ = g.Shutdown(ended)
	res, err := http.Get(s.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusBadRequest {
		t.Error(res.Status)
	}
}
