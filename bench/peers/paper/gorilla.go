package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// fanOut is a channel. A message of anybody goes to all, prepared once, written to one after the other.
type fanOut struct {
	mu    sync.Mutex // also for writing
	conns map[*websocket.Conn]struct{}
}

func (f *fanOut) broadcast(kind int, data []byte) error {
	m, err := websocket.NewPreparedMessage(kind, data)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	deadline := time.Now().Add(writeTimeout)
	for c := range f.conns {
		_ = c.SetWriteDeadline(deadline)
		if err := c.WritePreparedMessage(m); err != nil {
			_ = c.Close() // its reader ends, and takes it out
		}
	}
	return nil
}

type gorilla struct {
	upgrader websocket.Upgrader
	mu       sync.Mutex
	channels map[string]*fanOut
}

func (g *gorilla) channel(name string) *fanOut {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.channels[name]
	if f == nil {
		f = &fanOut{conns: map[*websocket.Conn]struct{}{}}
		g.channels[name] = f
	}
	return f
}

func (g *gorilla) serve(w http.ResponseWriter, r *http.Request) {
	c, err := g.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	defer c.Close()
	f := g.channel(r.PathValue("paper"))
	f.mu.Lock()
	f.conns[c] = struct{}{}
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.conns, c)
		f.mu.Unlock()
	}()
	for {
		kind, data, err := c.ReadMessage()
		if err != nil {
			return
		}
		if err := f.broadcast(kind, data); err != nil {
			log.Print(err)
			return
		}
	}
}

func serveGorilla(ctx context.Context, l net.Listener) error {
	g := &gorilla{channels: map[string]*fanOut{}}
	g.upgrader = websocket.Upgrader{ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws/{paper}", g.serve)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
