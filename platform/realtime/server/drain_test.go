package server

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

// TestEveryAcknowledgementComesBeforeTheEnd drains while operations of all clients wait for a commit.
func TestEveryAcknowledgementComesBeforeTheEnd(t *testing.T) {
	g := newGate()
	r := newRig(t, options{kinds: []realtime.Channel{g.kind("gate:")}})
	t.Cleanup(g.let)
	const clients, ops = 10, 20
	var all []*client
	for range clients {
		c := dial(t, r.url, protocol.JSON)
		c.in("ann")
		c.subscribe("gate:1")
		all = append(all, c)
	}
	for _, c := range all {
		instance := newID()
		for n := range ops {
			c.post(protocol.Command{Publish: &protocol.PublishRequest{Channel: "gate:1", Data: []byte(op(instance, n+1))}})
		}
	}
	eventually(t, "all operations wait", func() bool { return r.waiting() == clients*ops })
	silent := dial(t, r.url, protocol.JSON)
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	go func() { drained <- r.Drain(ctx) }()
	if code := silent.ended(); code != protocol.DisconnectShutdown.Code {
		t.Errorf("who waits for nothing: code %d", code)
	}
	if err := r.Ready(); err == nil {
		t.Error("it is ready while it drains")
	}
	if got := get(t, r.url); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("a new connection: %s", got.Status)
	}
	all[0].post(ping()) // nobody answers: it is leaving
	g.let()
	for i, c := range all {
		acked := 0
		for {
			reply, ok := c.next()
			if !ok {
				break
			}
			if reply.Publish != nil {
				acked++
			} else if reply.Push == nil {
				t.Errorf("client %d got %+v", i, reply)
			}
		}
		if acked != ops || c.code.Load() != int64(protocol.DisconnectShutdown.Code) || c.reason.Load() != "shutdown" {
			t.Errorf("client %d: %d acknowledgements, then %d %v", i, acked, c.code.Load(), c.reason.Load())
		}
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if n := len(r.sessions()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

// waiting is how many operations wait for their acknowledgement.
func (r *rig) waiting() (n int32) {
	r.each(func(c *session) {
		c.mu.Lock()
		defer c.mu.Unlock()
		n += c.pending
	})
	return n
}

func TestDrainingIsSpreadAndEndsWithItsContext(t *testing.T) {
	g := newGate()
	r := newRig(t, options{
		cfg: func(c *Config) { c.Drain = 10 * time.Minute }, kinds: []realtime.Channel{g.kind("gate:")},
	})
	t.Cleanup(g.let)
	for range 20 {
		dial(t, r.url, protocol.JSON).in("ann")
	}
	c := dial(t, r.url, protocol.JSON)
	c.in("bob")
	c.subscribe("gate:1")
	c.post(protocol.Command{Publish: &protocol.PublishRequest{Channel: "gate:1", Data: []byte(op("instance", 1))}})
	eventually(t, "the operation waits", func() bool { return r.waiting() == 1 })
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	if err := r.Drain(ctx); err == nil {
		t.Error("it says that nothing was cut")
	}
	if n := len(r.sessions()); n != 0 {
		t.Errorf("%d sessions left", n)
	}
}

func TestTheWindowIsNeverLongerThanTheContext(t *testing.T) {
	if got := window(t.Context(), time.Hour); got != time.Hour {
		t.Errorf("without an end: %s", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got := window(ctx, time.Hour); got > 45*time.Second || got <= 0 {
		t.Errorf("with a minute: %s", got)
	}
	if got := window(ctx, time.Second); got != time.Second {
		t.Errorf("with more than it needs: %s", got)
	}
}
