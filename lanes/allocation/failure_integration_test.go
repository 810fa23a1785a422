//go:build integration

package allocation_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestGone: PostgreSQL goes away under a running lane, with all connections to it, and comes back.
func TestGone(t *testing.T) {
	cfg := dbtest.Postgres(t)
	dsn, err := url.Parse(cfg.DSN.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	c := newCable(t, dsn.Host)
	dsn.Host = c.addr
	cfg.DSN, cfg.ConnectTimeout = telemetry.Secret(dsn.String()), time.Second
	h := lanetest.Start(t, module(nil), lanetest.On(cfg))
	o := &outage{t: t, h: h}
	o.open()
	known := o.confirm()
	c.cut()
	o.down(known)
	o.adminDown()
	c.mend()
	o.up(known)
}

// cable is what lies between a program and its database.
type cable struct {
	t    *testing.T
	to   string
	addr string

	mu    sync.Mutex
	open  net.Listener
	conns map[net.Conn]bool
	ends  sync.WaitGroup
}

func newCable(t *testing.T, to string) *cable {
	c := &cable{t: t, to: to, addr: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	c.mend()
	t.Cleanup(func() { c.cut(); c.ends.Wait() })
	return c
}

// mend lets connections through, at the same address as before.
func (c *cable) mend() {
	c.t.Helper()
	eventually(c.t, "the address is free", func() bool {
		l, err := net.Listen("tcp", c.addr)
		if err != nil {
			return false
		}
		c.mu.Lock()
		c.open, c.addr = l, l.Addr().String()
		c.mu.Unlock()
		c.ends.Go(func() { c.accept(l) })
		return true
	})
}

func (c *cable) accept(l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", c.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		c.mu.Lock()
		c.conns[near], c.conns[far] = true, true
		c.mu.Unlock()
		for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
			c.ends.Go(func() {
				_, _ = io.Copy(pair[0], pair[1])
				_ = pair[0].Close()
			})
		}
	}
}

// cut ends all connections, and refuses new ones.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.open.Close()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}
