package edge

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

const (
	large  = 256 << 20
	growth = 32 << 20 // what the heap may grow by; client, edge and upstream share it
)

// heapGrowth returns by how much the live heap exceeds what it was at the start, at its highest.
type heapGrowth struct{ start, top uint64 }

func (h *heapGrowth) look() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if h.start == 0 {
		h.start = m.HeapAlloc
	}
	h.top = max(h.top, m.HeapAlloc)
}

func (h *heapGrowth) check(t *testing.T) {
	t.Helper()
	h.look()
	if grown := int64(h.top) - int64(h.start); grown > growth {
		t.Errorf("the heap grew by %d MiB for %d MiB", grown>>20, large>>20)
	}
}

func TestUploadsStreamWithFlatMemory(t *testing.T) {
	got := make(chan int64, 1)
	up := startRaw(t, func(c net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return
		}
		n, _ := io.Copy(io.Discard, req.Body)
		got <- n
		_, _ = io.WriteString(c, plainReply)
	})
	c := dial(t, startEdge(t, configFor(up)))
	_ = c.SetDeadline(time.Now().Add(6 * patience))
	c.send(fmt.Sprintf("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", large))
	var heap heapGrowth
	block := strings.Repeat("x", 1<<20)
	for i := range large / len(block) {
		c.send(block)
		if i%16 == 0 {
			heap.look()
		}
	}
	if res, _ := c.answer("PUT"); res.StatusCode != 200 {
		t.Fatal(res.Status)
	}
	if n := <-got; n != large {
		t.Errorf("%d bytes arrived", n)
	}
	heap.check(t)
}

func TestDownloadsStreamWithFlatMemory(t *testing.T) {
	up := startRaw(t, func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", large)
		block := strings.Repeat("x", 1<<20)
		for range large / len(block) {
			if _, err := io.WriteString(c, block); err != nil {
				return
			}
		}
	})
	c := dial(t, startEdge(t, configFor(up)))
	_ = c.SetDeadline(time.Now().Add(6 * patience))
	c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	var heap heapGrowth
	var n int64
	for i := 0; ; i++ {
		m, err := io.CopyN(io.Discard, res.Body, 1<<20)
		n += m
		if err != nil {
			break
		}
		if i%16 == 0 {
			heap.look()
		}
	}
	if n != large {
		t.Errorf("%d bytes arrived", n)
	}
	heap.check(t)
}

// Each event is waited for before the next one is sent: one that is held back ends the test.
func TestEventsAreFlushedAtOnce(t *testing.T) {
	for name, head := range map[string]string{
		"event stream":   "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n",
		"unknown length": "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			next := make(chan string)
			up := startRaw(t, func(c net.Conn) {
				if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
					return
				}
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+head+"\r\n")
				for event := range next {
					fmt.Fprintf(c, "%x\r\n%s\r\n", len(event), event)
				}
				_, _ = io.WriteString(c, "0\r\n\r\n")
			})
			c := dial(t, startEdge(t, configFor(up)))
			c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			res, err := http.ReadResponse(c.r, nil) // the head comes before any event
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				event := fmt.Sprintf("data: %d\n\n", i)
				next <- event
				b := make([]byte, len(event))
				if _, err := io.ReadFull(res.Body, b); err != nil || string(b) != event {
					t.Fatalf("%q %v", b, err)
				}
			}
			close(next)
			if rest, err := io.ReadAll(res.Body); err != nil || len(rest) > 0 {
				t.Errorf("%q %v", rest, err)
			}
		})
	}
}

func TestAClientThatLeavesCancelsTheUpstreamRequest(t *testing.T) {
	for name, reply := range map[string]string{
		"before the answer": "", "in the answer": "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			arrived, gone := make(chan struct{}), make(chan struct{})
			up := startRaw(t, func(c net.Conn) {
				r := bufio.NewReader(c)
				if _, err := http.ReadRequest(r); err != nil {
					return
				}
				_, _ = io.WriteString(c, reply)
				close(arrived)
				_, _ = r.ReadByte() // ends when the edge closes
				close(gone)
			})
			var seen records
			c := dial(t, startEdgeWith(t, configFor(up), Deps{Metrics: &seen}))
			c.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			<-arrived
			if reply != "" {
				if _, err := c.r.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
			_ = c.Close()
			select {
			case <-gone:
			case <-time.After(patience):
				t.Fatal("the upstream request goes on")
			}
			eventually(t, "the request is recorded", func() bool { return len(seen.list()) == 1 })
			if got := seen.list()[0].Status; reply == "" && got != statusClientLeft {
				t.Errorf("status %d", got)
			}
		})
	}
}

func TestASlowUpstreamIs504(t *testing.T) {
	up := startRaw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	cfg := configFor(up)
	cfg.Upstreams["old"] = Upstream{URLs: []string{"http://" + up}, ResponseTimeout: 30 * time.Millisecond}
	res, body := exchange(t, startEdge(t, cfg), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	checkProblem(t, res, body, http.StatusGatewayTimeout, "edge.upstream_slow")
}

func TestARulesTimeoutReplacesTheUpstreams(t *testing.T) {
	up := startRaw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	cfg := configFor(up)
	cfg.Routes = []RouteRule{{Match: "GET /fast", Upstream: "old", Timeout: 30 * time.Millisecond}}
	res, body := exchange(t, startEdge(t, cfg), "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
	checkProblem(t, res, body, http.StatusGatewayTimeout, "edge.upstream_slow")
}

func TestSlowHeadsTimeOut(t *testing.T) {
	rec := startRecorder(t)
	cfg := configFor(rec.addr)
	cfg.HeadTimeout = 300 * time.Millisecond
	addr := startEdge(t, cfg)
	for name, first := range map[string]string{"first request": "", "second request": "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			if first != "" {
				c.send(first)
				c.answer("GET")
			}
			c.send("GET /2 HTTP/1.1\r\nHost: a\r\nX: ")
			c.mustBeClosed()
		})
	}
	requests, broken, cut := rec.take()
	if len(requests) != 1 || len(broken)+cut > 0 {
		t.Errorf("the upstream got %v", requests)
	}
}

func TestSlowBodiesTimeOut(t *testing.T) {
	rec := startRecorder(t)
	cfg := configFor(rec.addr)
	cfg.BodyTimeout = 50 * time.Millisecond
	addr := startEdge(t, cfg, Local{Pattern: "POST /local", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		fmt.Fprint(w, err)
	})})
	c := dial(t, addr)
	c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
	res, body := c.answer("POST")
	checkProblem(t, res, body, http.StatusBadRequest, "edge.body_slow")
	c.mustBeClosed()
	if _, body := exchange(t, addr, "POST /local HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello"); !strings.HasPrefix(body, "edge.body_slow") {
		t.Errorf("a local handler reads %q", body)
	}
}

// A handler may work longer than a body may take: the body's deadline must not be taken for the client's leaving.
func TestTheBodysDeadlineEndsWithTheBody(t *testing.T) {
	cfg := DefaultConfig()
	cfg.BodyTimeout = 20 * time.Millisecond
	addr := startEdge(t, cfg, Local{Pattern: "POST /", Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
			fmt.Fprint(w, "cancelled")
		case <-time.After(5 * cfg.BodyTimeout):
			fmt.Fprint(w, "done")
		}
	})})
	if _, body := exchange(t, addr, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"); body != "done" {
		t.Error(body)
	}
}

func TestUpstreamConnectionsArePooled(t *testing.T) {
	rec := startRecorder(t)
	addr := startEdge(t, configFor(rec.addr))
	const clients, each = 16, 20
	done := make(chan error, clients)
	for range clients {
		go func() {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				done <- err
				return
			}
			defer c.Close()
			r := bufio.NewReader(c)
			for range each {
				_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
				res, err := http.ReadResponse(r, nil)
				if err != nil {
					done <- err
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
			}
			done <- nil
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	requests, _, _ := rec.take()
	// A dial that lost the race against a connection that came free stays in the pool, so a few more than clients are right.
	if len(requests) != clients*each || rec.conns > 3*clients {
		t.Errorf("%d requests on %d connections", len(requests), rec.conns)
	}
}
