package socket

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gobwas/ws"
)

// Whatever is sent, shared, flushed and asked by pings, however big, and whenever the connection is closed: its client gets all that was
// taken, in order, and then the close frame.
func TestWhatWasTakenArrives(t *testing.T) {
	conns := make(chan *Conn, 1)
	on := func(c *Conn, _ *http.Request) {
		c.Serve(&echo{}, false)
		conns <- c
	}
	_, addr := serve(t, Options{Coalesce: time.Millisecond, Queue: 256 << 10, Compress: true}, on)
	rapid.Check(t, func(r *rapid.T) {
		offer := []string{"", "permessage-deflate"}[rapid.IntRange(0, 1).Draw(r, "compression")]
		client, _ := dialOffer(t, addr, offer, false)
		defer client.Close()
		c := <-conns
		var taken []string
		for i := range rapid.IntRange(0, 60).Draw(r, "steps") {
			p := strconv.Itoa(i) + strings.Repeat("x", rapid.SampledFrom([]int{0, 10, 300, 2000, maxCopy, 40_000}).Draw(r, "size"))
			ok := false
			switch rapid.IntRange(0, 3).Draw(r, "what") {
			case 0:
				ok = c.Send([]byte(p))
			case 1:
				ok = c.SendShared([]byte(p))
			case 2:
				c.Flush()
			case 3:
				client.send(masked(pings, "p"))
			}
			if ok {
				taken = append(taken, p)
			}
		}
		c.Close(4000, "done")
		var got []string
		for {
			g, err := client.frame()
			if err != nil {
				r.Fatalf("no close frame: %v", err)
			}
			if g.op == ws.OpClose {
				if g.p != closeFor(4000, "done") {
					r.Fatal(g)
				}
				break
			}
			if g.op == ws.OpText {
				p := g.p
				if g.rsv == 4 {
					p = expand(t, p)
				}
				got = append(got, strings.Split(p, "\n")...)
			}
		}
		if !slices.Equal(got, taken) {
			r.Fatalf("got %d messages, %d were taken", len(got), len(taken))
		}
		client.send(masked(closes, closeFor(4000, "")))
	})
}
