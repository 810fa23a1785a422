package socket

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

// maxShards is how many flushers there are at most.
const maxShards = 16

// Group owns connections and all goroutines that serve them.
type Group struct {
	o         Options
	inflaters *inflaters
	deflaters *deflaters
	chunks    sync.Pool
	shards    []*shard
	next      atomic.Uint32 // shard
	counts    counts

	jobs    chan job // to workers that rest
	resting atomic.Int32
	done    chan struct{} // closed when workers and flushers are to end
	owned   sync.WaitGroup

	mu      sync.Mutex
	started bool
	closing bool
	conns   sync.WaitGroup // added to under mu, while not closing
}

// New makes a group. It starts nothing.
func New(o Options) *Group {
	g := &Group{
		o: o.withDefaults(), inflaters: newInflaters(), deflaters: newDeflaters(),
		jobs: make(chan job), done: make(chan struct{}), chunks: sync.Pool{New: newChunk},
	}
	for range min(maxShards, runtime.GOMAXPROCS(0)) {
		g.shards = append(g.shards, newShard(g))
	}
	return g
}

// Upgrade turns a request into a connection. A refusal has been answered as problem+json already; it is returned for whoever counts.
// Afterwards the HTTP handler must return; Serve is to be called at once, by it or by whoever it gives the connection to.
func (g *Group) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	a, err := g.o.agree(r)
	if err == nil && !g.enter() {
		err = ErrClosing
	}
	if err != nil {
		w.Header().Set("Sec-Websocket-Version", "13")
		httpio.WriteProblem(w, err)
		return nil, err
	}
	c, err := g.take(w, a)
	if err != nil {
		g.conns.Done()
	}
	return c, err
}

// enter counts a connection in.
func (g *Group) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing {
		return false
	}
	if !g.started {
		g.started = true
		for _, s := range g.shards {
			g.owned.Go(s.run)
		}
	}
	g.conns.Add(1)
	return true
}

// take takes the connection over from net/http and answers the handshake.
func (g *Group) take(w http.ResponseWriter, a agreed) (*Conn, error) {
	raw, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		err = ErrHandshake.Because(err).With(fault.Field{Pointer: "request", Rule: "must come on a connection of its own"})
		httpio.WriteProblem(w, err)
		return nil, err
	}
	early, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err == nil {
		_ = raw.SetDeadline(time.Now().Add(g.o.WriteTimeout)) // fails on a closed connection only, as the write does
		_, err = raw.Write(a.answer(w.Header().Get(httpio.RequestIDHeader)))
	}
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	_ = raw.SetDeadline(time.Time{})
	return g.conn(raw, a, early), nil
}

func (g *Group) conn(raw net.Conn, a agreed, early []byte) *Conn {
	s := g.shards[g.next.Add(1)%uint32(len(g.shards))]
	c := &Conn{raw: raw, rc: rawConn(raw), shard: s, protocol: a.protocol, deflate: a.deflate}
	if c.rc != nil {
		limitUnsent(c.rc)
	}
	if len(early) > 0 {
		c.got = &chunk{buf: append([]byte(nil), early...), n: len(early)}
	}
	c.try = c.tryRead
	s.enlist(c)
	g.counts.open.Add(1)
	return c
}

// Shutdown takes no more connections and waits until all there are have ended, which is their server's to bring about. When the
// context ends it cuts the rest, and returns its error.
func (g *Group) Shutdown(ctx context.Context) error {
	g.mu.Lock()
	again := g.closing
	g.closing = true
	g.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		g.conns.Wait()
		close(gone)
	}()
	var err error
	select {
	case <-gone:
	case <-ctx.Done():
		err = context.Cause(ctx)
		for _, s := range g.shards {
			s.cut()
		}
		<-gone
	}
	if !again {
		close(g.done)
	}
	g.owned.Wait()
	return err
}

// Stats are counts since the start, but for those that say now.
type Stats struct {
	Open    int64 // connections, now
	Blocked int64 // connections with a write that waits for the client, now
	Queued  int64 // bytes waiting or being written, now
	Writes  int64 // calls that wrote
	Sent    int64 // messages given to Send and SendShared that were written
	Full    int64 // messages refused, since the queue was full
	Read    int64 // messages handed to handlers
}

type counts struct{ open, blocked, queued, writes, sent, full, read atomic.Int64 }

// Stats reads the counts.
func (g *Group) Stats() Stats {
	c := &g.counts
	return Stats{
		Open: c.open.Load(), Blocked: c.blocked.Load(), Queued: c.queued.Load(), Writes: c.writes.Load(),
		Sent: c.sent.Load(), Full: c.full.Load(), Read: c.read.Load(),
	}
}
