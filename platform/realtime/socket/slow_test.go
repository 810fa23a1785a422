//go:build unix

package socket

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// A thousand clients that take nothing cost their queues and a goroutine each, and hold up nobody: who reads gets everything.
func TestAThousandSlowReaders(t *testing.T) {
	const slow, queue, size = 1000, 64 << 10, 1000
	conns := make(chan *Conn, slow+1)
	e := &echo{}
	g, addr := serve(t, Options{Queue: queue, WriteTimeout: time.Minute, Coalesce: -1}, func(c *Conn, _ *http.Request) {
		_ = c.raw.(*net.TCPConn).SetWriteBuffer(4 << 10) // else the kernel has room for more than is sent here
		c.Serve(e, false)
		conns <- c
	})
	for _, d := range connectAll(t, addr, slow) {
		_ = syscall.SetsockoptInt(int(d), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10)
		d.exchange(t, handshake+"\r\n", "\r\n\r\n")
	}
	var all []*Conn
	for range slow {
		all = append(all, <-conns)
	}
	fast := dial(t, addr)
	reader := <-conns
	goroutines := runtime.NumGoroutine()
	refused := 0
	for i := range 300 {
		p := []byte(fmt.Sprintf("%08d", i) + strings.Repeat("x", size-8))
		for _, c := range all {
			if !c.SendShared(p) {
				refused++
			}
		}
		if !reader.SendShared(p) {
			t.Fatalf("message %d: the fast reader's queue is full", i)
		}
		fast.want(ws.OpText, string(p))
	}
	eventually(t, "a write of each waits", func() bool { return g.Stats().Blocked == slow })
	now := g.Stats()
	t.Logf("%d messages refused, %d KiB queued, %d more goroutines", refused, now.Queued>>10, runtime.NumGoroutine()-goroutines)
	if now.Full != int64(refused) || refused == 0 {
		t.Errorf("%d messages were refused: %+v", refused, now)
	}
	if now.Queued > slow*queue {
		t.Errorf("%d bytes are queued", now.Queued)
	}
	if more := runtime.NumGoroutine() - goroutines; more > slow+10 {
		t.Errorf("%d more goroutines", more)
	}
	for _, c := range all {
		if n := c.Queued(); n > queue {
			t.Fatalf("%d bytes are queued for one", n)
		}
	}
}
