//go:build unix

package socket

import (
	"net/http"
	"runtime"
	"strconv"
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

// Messages of 200 bytes to 1,000 connections: as many of them at once as the name says. The figure is of one delivery.
func BenchmarkFanOut(b *testing.B) {
	for _, batch := range []int{1, 4, 16} {
		b.Run(strconv.Itoa(batch), func(b *testing.B) { fanOut(b, batch) })
	}
}

func fanOut(b *testing.B, batch int) {
	const n = 1000
	conns := make(chan *Conn, n)
	g, addr := serve(b, Options{Coalesce: never}, func(c *Conn, _ *http.Request) {
		c.Serve(&echo{}, false)
		conns <- c
	})
	clients := connectAll(b, addr, n)
	var all []*Conn
	for _, d := range clients {
		d.exchange(b, handshake+"\r\n", "\r\n\r\n")
		all = append(all, <-conns)
	}
	p := make([]byte, 200)
	sunk := make([]byte, 1<<20)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += n * batch {
		for range batch {
			for _, c := range all {
				c.SendShared(p)
			}
		}
		for _, c := range all {
			c.Flush()
		}
		for g.Stats().Queued > 0 {
			runtime.Gosched()
		}
		b.StopTimer()
		for _, d := range clients {
			if _, err := d.Read(sunk); err != nil { // it is all there
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
	b.StopTimer()
	b.ReportMetric(float64(g.Stats().Writes)/float64(g.Stats().Sent), "writes/delivery")
}
