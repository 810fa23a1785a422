//go:build unix && !race

package socket

import (
	"net/http"
	"runtime"
	"testing"

	"github.com/gobwas/ws"
)

func inUse() (heap, stack uint64) {
	for range 3 { // pools are emptied, dead goroutines' stacks freed
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.StackInuse
}

func TestAnIdleConnectionIsSmall(t *testing.T) {
	const n = 2000
	h := &busy{}
	_, addr := serve(t, Options{}, func(c *Conn, _ *http.Request) { c.Serve(h, false) })
	heap0, stack0 := inUse()
	all := connectAll(t, addr, n)
	for i := range all {
		all[i].exchange(t, handshake+"\r\n", "\r\n\r\n")
	}
	measure := func(when string) uint64 {
		heap, stack := inUse()
		t.Logf("%s: %d bytes of heap and %d of stack a connection, %d goroutines", when, (heap-heap0)/n, (stack-stack0)/n, runtime.NumGoroutine())
		return (heap - heap0 + stack - stack0) / n
	}
	measure("after the handshake")
	hello := masked(text, "hello")
	for range 3 {
		for _, d := range all {
			d.exchange(t, hello, string(frame(ws.OpText, []byte("hello"))))
		}
	}
	measure("after messages")
	for _, d := range all {
		d.exchange(t, hello, string(frame(ws.OpText, []byte("hello"))))
	}
	if each := measure("after more"); each > 3500 {
		t.Errorf("%d bytes a connection", each)
	}
}
