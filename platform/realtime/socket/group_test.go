package socket

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

func TestShutdownWaitsForConnectionsAndCutsThemInTheEnd(t *testing.T) {
	e, g, addr := startEcho(t, Options{})
	stays := dial(t, addr)
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.Shutdown(ctx) }()
	eventually(t, "no more connections are taken", func() bool {
		_, res := dialFor(t, addr, "")
		var p struct{ Code string }
		return res.StatusCode == 503 && json.NewDecoder(res.Body).Decode(&p) == nil && p.Code == "socket.closing"
	})
	stays.send(masked(text, "still served"))
	stays.want(ws.OpText, "still served")
	select {
	case err := <-ended:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	why := errors.New("time is up")
	cancel(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Error(err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if last := e.ended[len(e.ended)-1]; !errors.Is(last, ErrCut) {
		t.Error(last)
	}
}

// handler is made of functions.
type handler struct {
	message func(c *Conn, p string)
	closed  func(err error)
}

func (h handler) Message(c *Conn, _ bool, p []byte) { h.message(c, string(p)) }

func (h handler) Closed(_ *Conn, err error) {
	if h.closed != nil {
		h.closed(err)
	}
}

func TestAHandlerThatBlocksHoldsUpItsOwnConnectionOnly(t *testing.T) {
	release := make(chan struct{})
	h := handler{message: func(c *Conn, p string) {
		if p == "block" {
			<-release
		}
		c.Send([]byte(p))
		c.Flush()
	}}
	_, addr := serve(t, Options{}, func(c *Conn, _ *http.Request) { c.Serve(h, false) })
	var blocked []*client
	for range 100 {
		c := dial(t, addr)
		c.send(masked(text, "block") + masked(text, "and then"))
		blocked = append(blocked, c)
	}
	free := dial(t, addr)
	for range 100 {
		free.send(masked(text, "go on"))
		free.want(ws.OpText, "go on")
	}
	close(release)
	for _, c := range blocked {
		got, _ := c.hear(2, 0)
		if fmt.Sprint(got) != fmt.Sprint([]string{msg("block"), msg("and then")}) {
			t.Error(got)
		}
	}
}

func TestAHandlersPanicEndsItsConnectionOnly(t *testing.T) {
	ended := make(chan error, 2)
	h := handler{
		message: func(c *Conn, p string) {
			if p == "bad" {
				panic("no")
			}
			c.Send([]byte(p))
		},
		closed: func(err error) { ended <- err },
	}
	_, addr := serve(t, Options{}, func(c *Conn, _ *http.Request) { c.Serve(h, false) })
	good, bad := dial(t, addr), dial(t, addr)
	bad.send(masked(text, "bad") + masked(text, "never handled"))
	var why *PanicError
	if err := <-ended; !errors.As(err, &why) || why.Value != "no" || !strings.Contains(string(why.Stack), "group_test.go") {
		t.Error(err)
	}
	if g, err := bad.frame(); err == nil {
		t.Error(g)
	}
	good.send(masked(text, "good"))
	good.want(ws.OpText, "good")
}

// Inside TLS there is no descriptor to read from or write to: everything works all the same.
func TestInsideTLS(t *testing.T) {
	e := &echo{}
	g := New(Options{Compress: true, MaxMessage: 4 << 20, Queue: 16 << 20})
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := g.Upgrade(w, r); err == nil {
			c.Serve(e, false)
		}
	}))
	defer s.Close()
	raw := dialRaw(t, s.Listener.Addr().String())
	secure := tls.Client(raw.Conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	raw.Conn = secure
	raw.r.Reset(secure)
	raw.send(handshake + "\r\n")
	if res, err := http.ReadResponse(raw.r, nil); err != nil || res.StatusCode != 101 {
		t.Fatal(res, err)
	}
	for _, n := range []int{1, 400, smallSize, 5000, 100_000, 2 << 20} {
		p := strings.Repeat("x", n)
		raw.send(masked(text, p))
		raw.want(ws.OpText, p)
	}
	raw.send(masked(closes, closeFor(1000, "")))
	raw.want(ws.OpClose, closeFor(1000, ""))
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	var why *CloseError
	if !errors.As(e.end(), &why) || !why.Remote {
		t.Error(e.end())
	}
}

// A client cannot keep the server busy for ever with frames that are no messages.
func TestFramesWithoutAMessageAreCounted(t *testing.T) {
	_, _, addr := startEcho(t, Options{MaxMessage: 1 << 20})
	for name, frame := range map[string]string{"pings": masked(pings, ""), "pongs": masked(pongs, ""), "empty fragments": masked(0, "")} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			var sending sync.WaitGroup
			defer sending.Wait()
			sending.Go(func() {
				if name == "empty fragments" {
					c.play(0, []string{masked(1, "")})
				}
				c.play(0, []string{strings.Repeat(frame, maxIdleFrames+1)})
			})
			got, code := c.hear(2*maxIdleFrames, 0)
			if code != 1008 || len(got) > maxIdleFrames {
				t.Errorf("closed with %d after %d pongs", code, len(got))
			}
		})
	}
	c := dial(t, addr)
	for range 3 { // a message begins the count anew
		c.send(strings.Repeat(masked(pongs, ""), maxIdleFrames-1) + masked(text, "hello"))
		c.want(ws.OpText, "hello")
	}
}

// A connection that is written to goes on while its client takes nothing of what it is sent.
func TestMessagesAreReadWhileWritesWait(t *testing.T) {
	read := make(chan string, 1)
	big := make([]byte, 1<<20)
	h := handler{message: func(c *Conn, p string) {
		if p == "flood" {
			for c.SendShared(big) {
			}
			c.Flush()
		}
		read <- p
	}}
	g, addr := serve(t, Options{Queue: 64 << 20, WriteTimeout: time.Minute}, func(c *Conn, _ *http.Request) { c.Serve(h, false) })
	c := dial(t, addr)
	c.send(masked(text, "flood"))
	<-read
	eventually(t, "a write waits", func() bool { return g.Stats().Blocked == 1 })
	c.send(masked(text, "still read"))
	if p := <-read; p != "still read" {
		t.Error(p)
	}
}
