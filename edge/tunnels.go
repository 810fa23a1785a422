package edge

import (
	"context"
	"sync"
)

// tunnels are the WebSockets that pass through. http.Server forgets a connection that was taken over, so a stop would
// neither end nor await them.
type tunnels struct {
	mu     sync.Mutex
	open   map[*conn]struct{}
	closed bool
	owned  sync.WaitGroup
}

// add notes a connection until the returned function is called. After close it is cut at once.
func (t *tunnels) add(c *conn) (done func()) {
	if c == nil {
		return func() {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		_ = c.Conn.Close()
		return func() {}
	}
	if t.open == nil {
		t.open = map[*conn]struct{}{}
	}
	t.open[c] = struct{}{}
	t.owned.Add(1)
	return func() {
		t.mu.Lock()
		delete(t.open, c)
		t.mu.Unlock()
		t.owned.Done()
	}
}

// close cuts all that are open and waits until their requests have ended.
func (t *tunnels) close() {
	t.mu.Lock()
	t.closed = true
	for c := range t.open {
		_ = c.Conn.Close()
	}
	t.mu.Unlock()
	t.owned.Wait()
}

// Leave closes every connection behind the next answer on it, and says so in the answer (HTTP/2: with GOAWAY). A client that
// keeps a connection busy learns in time to make another one; Shutdown alone would cut it between two requests, and what was
// sent at that very moment would fail. New connections are still taken.
func (s *Server) Leave() { s.edge.access.leaving.Store(true) }

// Shutdown takes no new connection, lets the requests under way finish until the context ends, then cuts the WebSockets
// that pass through; their clients come back to the next process. Local WebSockets are their lane's to drain.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.Server.Shutdown(ctx)
	s.edge.tunnels.close()
	return err
}

// Close cuts every connection at once.
func (s *Server) Close() error {
	err := s.Server.Close()
	s.edge.tunnels.close()
	return err
}
