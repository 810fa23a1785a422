//go:build unix

package socket

import (
	"net/http"
	"testing"

	"github.com/gobwas/ws"
)

// One message there and back, on each of many connections in turn.
func BenchmarkEcho(b *testing.B) {
	h := &busy{}
	_, addr := serve(b, Options{}, func(c *Conn, _ *http.Request) { c.Serve(h, false) })
	all := connectAll(b, addr, 200)
	for _, d := range all {
		d.exchange(b, handshake+"\r\n", "\r\n\r\n")
	}
	hello, answer := []byte(masked(text, "hello")), len(frame(ws.OpText, []byte("hello")))
	p := make([]byte, 64)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		d := all[i%len(all)]
		if _, err := d.Write(hello); err != nil {
			b.Fatal(err)
		}
		if n, err := d.Read(p); err != nil || n != answer {
			b.Fatal(n, err)
		}
	}
}
