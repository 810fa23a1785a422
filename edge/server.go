package edge

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Server serves an Edge. Serve and ListenAndServe look at every HTTP/1 byte before net/http does, so the embedded server's
// own ways to listen must not be used.
type Server struct {
	*http.Server
	edge *Edge
}

type connKey struct{}

// Server makes the server for this front door with its limits and, if configured, TLS with HTTP/2. It never speaks h2c.
func (e *Edge) Server(addr string) *Server {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(e.cfg.TLS.Cert != "")
	return &Server{edge: e, Server: &http.Server{
		Addr:                         addr,
		Handler:                      e,
		ReadHeaderTimeout:            e.cfg.HeadTimeout,
		IdleTimeout:                  e.cfg.IdleTimeout,
		MaxHeaderBytes:               e.cfg.MaxHeaderBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is the upstream's to answer
		Protocols:                    &protocols,
		HTTP2:                        &http.HTTP2Config{MaxConcurrentStreams: 250, WriteByteTimeout: e.cfg.WriteTimeout},
		ErrorLog:                     slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
		ConnContext:                  rememberConn,
	}}
}

// rememberConn lets a request find the connection that it came on.
func rememberConn(ctx context.Context, c net.Conn) context.Context {
	switch c := c.(type) {
	case *conn:
		return context.WithValue(ctx, connKey{}, c)
	case tlsConn:
		return context.WithValue(ctx, connKey{}, c.conn)
	}
	return ctx
}

func connOf(r *http.Request) *conn {
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// Serve accepts connections until Shutdown or Close; then it returns http.ErrServerClosed. It closes l.
func (s *Server) Serve(l net.Listener) error {
	cfg := s.edge.cfg
	lim := limits{head: cfg.HeadTimeout, write: cfg.WriteTimeout, maxHead: cfg.MaxHeaderBytes}
	if cfg.TLS.Cert == "" {
		return s.Server.Serve(strictListener{l, lim})
	}
	pair, err := tls.LoadX509KeyPair(cfg.TLS.Cert, cfg.TLS.Key)
	if err != nil {
		_ = l.Close()
		return fmt.Errorf("edge: the certificate cannot be used: %w", err)
	}
	s.TLSConfig = &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{"h2", "http/1.1"},
		MinVersion:   tls.VersionTLS12,
	}
	return s.Server.Serve(newTLSListener(l, s.TLSConfig, lim))
}

// ListenAndServe listens on Addr and serves.
func (s *Server) ListenAndServe() error {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 30 * time.Second, Interval: 15 * time.Second, Count: 4,
	}}
	l, err := config.Listen(context.Background(), "tcp", s.Addr)
	if err != nil {
		return err
	}
	return s.Serve(l)
}
