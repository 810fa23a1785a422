package main

import (
	"context"
	"log"
	"net"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"
)

// design is what happens to messages. Both are called by the connection's own goroutine.
type design interface {
	joined(ctx context.Context, r *room, c *websocket.Conn, paper string) error
	said(ctx context.Context, r *room, paper string, m message, data []byte) error
}

// room is who has a paper open.
type room struct {
	mu    sync.Mutex // also for writing: a connection takes one writer at a time
	conns map[*websocket.Conn]struct{}
}

// broadcast writes to all. Whoever cannot be written to is closed, and leaves by itself.
func (r *room) broadcast(data []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		r.write(c, data)
	}
}

func (r *room) write(c *websocket.Conn, data []byte) {
	_ = c.SetWriteDeadline(time.Now().Add(writeTimeout))
	if err := c.WriteMessage(websocket.TextMessage, data); err != nil {
		_ = c.Close()
	}
}

type rooms struct {
	mu     sync.Mutex
	papers map[string]*room
}

func (rs *rooms) join(paper string, c *websocket.Conn) *room {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r := rs.papers[paper]
	if r == nil {
		r = &room{conns: map[*websocket.Conn]struct{}{}}
		rs.papers[paper] = r
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[c] = struct{}{}
	return r
}

func (rs *rooms) leave(paper string, r *room, c *websocket.Conn) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	if len(r.conns) == 0 && rs.papers[paper] == r {
		delete(rs.papers, paper)
	}
}

func serveFiber(d design) serveFunc {
	return func(ctx context.Context, l net.Listener) error {
		all := &rooms{papers: map[string]*room{}}
		app := fiber.New(fiber.Config{DisableStartupMessage: true, IdleTimeout: time.Minute})
		app.Get("/ws/:paper", websocket.New(func(c *websocket.Conn) { converse(ctx, d, all, c) }))
		context.AfterFunc(ctx, func() { _ = app.ShutdownWithTimeout(time.Second) })
		return app.Listener(l)
	}
}

// converse is one connection, until it ends.
func converse(ctx context.Context, d design, all *rooms, c *websocket.Conn) {
	paper := c.Params("paper")
	r := all.join(paper, c)
	defer all.leave(paper, r, c)
	if err := d.joined(ctx, r, c, paper); err != nil {
		log.Printf("paper %s: snapshot: %v", paper, err)
		return
	}
	for {
		_, data, err := c.ReadMessage()
		if err != nil {
			return
		}
		m, err := parse(data)
		if err != nil || m.ID == "" {
			log.Printf("paper %s: not a message: %v", paper, err)
			continue
		}
		if err := d.said(ctx, r, paper, m, data); err != nil {
			log.Printf("paper %s: %v", paper, err)
		}
	}
}
