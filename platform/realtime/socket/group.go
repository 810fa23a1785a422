package socket

import (
	"context"
	"net/http"
)

// Group owns connections and all goroutines that serve them.
type Group struct {
	o Options
}

// New makes a group. It starts nothing.
func New(o Options) *Group { return &Group{o: o.withDefaults()} }

// Upgrade turns a request into a connection. A refusal has been answered as problem+json, and is returned. Afterwards the HTTP
// handler must return; Serve is to be called at once, by it or by whoever it gives the connection to.
func (g *Group) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) { return nil, ErrHandshake }

// Shutdown takes no more connections and waits until all there are have ended, which is their server's to bring about. When the
// context ends it cuts the rest, and returns its error.
func (g *Group) Shutdown(ctx context.Context) error { return nil }

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

// Stats reads the counts.
func (g *Group) Stats() Stats { return Stats{} }
