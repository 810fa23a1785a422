package socket

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// startOne gives a served connection and its client.
func startOne(t *testing.T, o Options, binary bool) (*Group, *Conn, *client, *echo) {
	t.Helper()
	e, conns := &echo{}, make(chan *Conn, 1)
	g, addr := serve(t, o, func(c *Conn, _ *http.Request) {
		c.Serve(e, binary)
		conns <- c
	})
	client := dial(t, addr)
	return g, <-conns, client, e
}

func TestManyMessagesGoOutInOneFrameAndOneWrite(t *testing.T) {
	for name, tc := range map[string]struct {
		binary  bool
		op      ws.OpCode
		between string
	}{"text": {false, ws.OpText, "\n"}, "binary": {true, ws.OpBinary, ""}} {
		t.Run(name, func(t *testing.T) {
			g, c, client, _ := startOne(t, Options{Coalesce: never}, tc.binary)
			c.Send([]byte("settled"))
			client.want(tc.op, "settled")
			eventually(t, "the write is over", func() bool { return c.Queued() == 0 })
			before := g.Stats()
			var all []string
			shared := []byte("shared")
			for i := range 400 {
				p := fmt.Sprintf("message %d", i)
				if !c.Send([]byte(p)) || !c.SendShared(shared) {
					t.Fatal("not taken")
				}
				all = append(all, p, "shared")
			}
			if now := g.Stats(); now.Writes != before.Writes {
				t.Fatalf("%d writes before the time had come", now.Writes-before.Writes)
			}
			c.Flush()
			client.want(tc.op, strings.Join(all, tc.between))
			eventually(t, "the write is over", func() bool { return c.Queued() == 0 })
			if now := g.Stats(); now.Writes-before.Writes != 1 || now.Sent-before.Sent != 800 {
				t.Errorf("%d writes of %d messages", now.Writes-before.Writes, now.Sent-before.Sent)
			}
		})
	}
}

// An acknowledgement does not wait for the publications' time, and takes along those that were queued before it.
func TestFlushCarriesWhatIsQueued(t *testing.T) {
	g, c, client, _ := startOne(t, Options{Coalesce: never}, false)
	settle(c, client)
	before := g.Stats().Writes
	c.Send([]byte("publication"))
	c.Send([]byte("ack"))
	c.Flush()
	client.want(ws.OpText, "publication\nack")
	c.Flush() // nothing is queued: nothing is written
	c.Send([]byte("ack 2"))
	c.Flush()
	client.want(ws.OpText, "ack 2")
	eventually(t, "the write is over", func() bool { return c.Queued() == 0 })
	if n := g.Stats().Writes - before; n != 2 {
		t.Errorf("%d writes", n)
	}
}

func TestPublicationsGoOutByThemselves(t *testing.T) {
	for name, coalesce := range map[string]time.Duration{"when the time has come": time.Millisecond, "at once, without coalescing": -1} {
		t.Run(name, func(t *testing.T) {
			_, c, client, _ := startOne(t, Options{Coalesce: coalesce}, false)
			for i := range 20 {
				p := fmt.Sprint("publication ", i)
				c.Send([]byte(p))
				client.want(ws.OpText, p)
			}
		})
	}
}

func TestWhatIsTooMuchForOneFrameGoesOutInSeveral(t *testing.T) {
	_, c, client, _ := startOne(t, Options{Coalesce: never, Queue: 8 << 20}, false)
	settle(c, client)
	var sent []string
	for i, n := range []int{10, maxCopy + 1, 10, 20, 3 << 20, maxBatch / 2, maxBatch / 2, maxBatch / 2, 100, maxCopy, maxCopy, 70_000} {
		p := strings.Repeat(string(rune('a'+i)), n)
		sent = append(sent, p)
		if !c.SendShared([]byte(p)) {
			t.Fatal("not taken")
		}
	}
	c.Flush()
	var got []string
	for len(got) < len(sent) {
		g, err := client.frame()
		if err != nil || g.op != ws.OpText {
			t.Fatal(g, err)
		}
		parts := strings.Split(g.p, "\n")
		if len(parts) > 1 && len(g.p) > maxBatch {
			t.Errorf("a batch of %d bytes", len(g.p))
		}
		got = append(got, parts...)
	}
	if !slices.Equal(got, sent) {
		t.Error("not what was sent")
	}
}

func TestAFullQueueTakesNoMore(t *testing.T) {
	g, c, client, _ := startOne(t, Options{Coalesce: never, Queue: 10_000}, false)
	settle(c, client)
	p := make([]byte, 1000-itemCost)
	taken := 0
	for c.Send(p) {
		taken++
	}
	if taken != 10 || c.Queued() != 10_000 || g.Stats().Full != 1 || g.Stats().Queued != 10_000 {
		t.Errorf("%d were taken, %d bytes queued, %+v", taken, c.Queued(), g.Stats())
	}
	if c.Send(nil) {
		t.Error("an empty one was taken: it counts too")
	}
	c.Flush()
	if got, err := client.frame(); err != nil || len(got.p) != 10*len(p)+9 {
		t.Error(got, err)
	}
	eventually(t, "there is room again", func() bool { return c.Send(p) })
}

// What several goroutines send goes out whole, and that of each in its order.
func TestSendersDoNotMix(t *testing.T) {
	_, c, client, _ := startOne(t, Options{Coalesce: time.Microsecond, Queue: 64 << 20}, false)
	const senders, each = 8, 500
	var running sync.WaitGroup
	for s := range senders {
		running.Go(func() {
			for i := range each {
				p := fmt.Sprintf("%d %d %s", s, i, strings.Repeat("x", i%7*100))
				if i%100 == 0 {
					p += strings.Repeat("y", maxCopy)
				}
				c.Send([]byte(p))
				if i%10 == 0 {
					c.Flush()
				}
			}
		})
	}
	next := make([]int, senders)
	for got := 0; got < senders*each; {
		g, err := client.frame()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range strings.Split(g.p, "\n") {
			var s, i int
			if n, err := fmt.Sscanf(p, "%d %d ", &s, &i); n != 2 || err != nil || next[s] != i {
				t.Fatalf("%.40q: %v, want %d", p, err, next[s])
			}
			next[s]++
			got++
		}
	}
	running.Wait()
}

func (e *echo) end() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.ended) == 0 {
		return nil
	}
	return e.ended[0]
}

func TestCloseSendsWhatIsQueuedFirst(t *testing.T) {
	g, c, client, e := startOne(t, Options{Coalesce: never}, false)
	settle(c, client)
	c.Send([]byte("last words"))
	c.Close(3001, "shutdown")
	c.Close(3002, "again")
	if c.Send([]byte("too late")) {
		t.Error("a message was taken after Close")
	}
	client.want(ws.OpText, "last words")
	client.want(ws.OpClose, closeFor(3001, "shutdown"))
	client.send(masked(text, "ignored") + masked(closes, closeFor(3001, "")))
	if got, err := client.frame(); err != io.EOF {
		t.Error(got, err)
	}
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	var why *CloseError
	if !errors.As(e.end(), &why) || *why != (CloseError{3001, "shutdown", false}) || g.Stats().Read != 0 {
		t.Errorf("%v, %+v", e.end(), g.Stats())
	}
}

func TestAReasonThatIsTooLongIsCutBetweenRunes(t *testing.T) {
	_, c, client, _ := startOne(t, Options{}, false)
	c.Close(4000, strings.Repeat("안", 100))
	client.want(ws.OpClose, closeFor(4000, strings.Repeat("안", 41)))
}

func TestAClientThatDoesNotAnswerACloseIsCut(t *testing.T) {
	g, c, client, e := startOne(t, Options{WriteTimeout: 20 * time.Millisecond}, false)
	c.Close(3001, "shutdown")
	client.want(ws.OpClose, closeFor(3001, "shutdown"))
	if got, err := client.frame(); err == nil {
		t.Error(got)
	}
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	var why *CloseError
	if !errors.As(e.end(), &why) || why.Code != 3001 {
		t.Error(e.end())
	}
}

func TestCutEndsAConnectionWithoutAWord(t *testing.T) {
	g, c, client, e := startOne(t, Options{Coalesce: never}, false)
	settle(c, client)
	c.Send([]byte("never sent"))
	c.Cut()
	if got, err := client.frame(); err == nil {
		t.Error(got)
	}
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if !errors.Is(e.end(), ErrCut) || c.Send([]byte("x")) || c.Queued() != 0 {
		t.Error(e.end())
	}
	c.Close(1000, "")
	c.Flush()
}

func TestAClientThatTakesNothingIsCutInTime(t *testing.T) {
	g, c, _, e := startOne(t, Options{WriteTimeout: 50 * time.Millisecond, Queue: 256 << 20}, false)
	p := make([]byte, 1<<20)
	for range 64 { // more than the kernel takes of anybody
		c.SendShared(p)
	}
	c.Flush()
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if !errors.Is(e.end(), ErrSlow) {
		t.Error(e.end())
	}
}

func TestAClientThatGoesAwayIsNoticed(t *testing.T) {
	g, _, client, e := startOne(t, Options{}, false)
	_ = client.Close()
	if err := g.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := e.end(); !errors.Is(err, io.EOF) && !isReset(err) {
		t.Error(err)
	}
}

func isReset(err error) bool {
	var network *net.OpError
	return errors.As(err, &network)
}
