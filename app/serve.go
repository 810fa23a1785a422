package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hotlane/hotlane/edge"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/notify"
)

func (p Program) serve(ctx context.Context, f flags) error {
	h, err := p.open(f)
	if err != nil {
		return err
	}
	s := &server{house: h, addrFile: f.AddrFile, keys: p.showKeys}
	return errors.Join(s.run(ctx), h.close())
}

// server is a house that serves. Each phase of its life is one method, called in order by run.
type server struct {
	*house
	addrFile string
	keys     func(identity.Generated)                     // is told of keys that were made just now
	beside   func(ctx context.Context) error              // runs as long as the lanes do; may be nil
	ready    func(ctx context.Context, base string) error // called once it runs, before it answers; may be nil
	health   health
}

func (s *server) run(ctx context.Context) error {
	front, err := s.start(ctx)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.App.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	base := baseURL(listener.Addr(), s.Edge.TLS.Cert != "")
	s.base.Store(&base)
	// The lanes outlive the signal: they end when the last request has been answered.
	work, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	group, working := errgroup.WithContext(work)
	group.Go(func() error { return canceledIsFine(s.identity.Run(working)) })
	group.Go(func() error { return s.runChannels(working) })
	group.Go(func() error { return s.lanes.Run(working) })
	group.Go(func() error { return s.lanes.Work(working) })
	group.Go(func() error { return canceledIsFine(s.relay.Run(working)) })
	group.Go(func() error { return canceledIsFine(front.Run(working)) })
	if s.beside != nil {
		group.Go(func() error { return s.beside(working) })
	}
	serving, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	context.AfterFunc(working, func() { stop(errPartFailed) })
	err = s.listen(serving, front, listener)
	end()
	err = errors.Join(err, group.Wait())
	s.log.Info("stopped")
	return err
}

var errPartFailed = errors.New("a part of the program failed")

// start does all that must be done before the first request.
func (s *server) start(ctx context.Context) (*edge.Edge, error) {
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	made, err := s.identity.Start(ctx)
	if err != nil {
		return nil, err
	}
	s.keys(made)
	if files, ok := s.mail.(*notify.Files); ok && !s.demo && len(s.lanes.Served()) > 0 {
		s.log.Warn("mail.smtp is not set: mails are kept as files", "folder", files.Dir())
	}
	_, _, _ = s.cache.Get(ctx, "") // connects: whether Redis is there is said in the log, and is no reason not to start
	if err := s.relay.Start(ctx); err != nil {
		return nil, err
	}
	if err := s.lanes.Start(ctx); err != nil {
		return nil, err
	}
	return s.front()
}

// listen serves until the context ends, then stops.
func (s *server) listen(ctx context.Context, front *edge.Edge, l net.Listener) error {
	if s.ready != nil {
		if err := s.ready(ctx, *s.base.Load()); err != nil {
			return err
		}
	}
	srv := front.Server(s.App.Listen)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	s.health.serving.Store(true)
	s.announce(l.Addr())
	if err := writeAddr(s.addrFile, l.Addr()); err != nil {
		return errors.Join(err, srv.Close(), <-served)
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.health.serving.Store(false)
	if errors.Is(context.Cause(ctx), errPartFailed) {
		return errors.Join(srv.Close(), notClosed(<-served))
	}
	s.stop(srv)
	return notClosed(<-served)
}

// stop ends serving in good order: not ready and no connection kept, then no more connections, and while the last requests are
// answered the lanes drain, which also ends the streams that would otherwise go on for ever.
func (s *server) stop(srv *edge.Server) {
	c := s.App.Shutdown
	s.log.Info("stopping", "grace", c.Grace.String(), "timeout", c.Timeout.String())
	srv.Leave()
	time.Sleep(c.Grace)
	ctx, cancel := context.WithTimeout(context.Background(), c.Timeout)
	defer cancel()
	var all errgroup.Group
	all.Go(func() error {
		if err := srv.Shutdown(ctx); err != nil {
			s.log.Warn("requests were cut off: they took longer than shutdown.timeout", "error", err)
			_ = srv.Close() // what it would say, Shutdown has said
		}
		return nil
	})
	all.Go(func() error { return s.drainChannels(ctx) })
	all.Go(func() error { return s.lanes.Drain(ctx) })
	if err := all.Wait(); err != nil {
		s.log.Error("draining failed", "error", err)
	}
}

func (s *server) announce(addr net.Addr) {
	names := make([]string, 0, len(s.lanes.Served()))
	for _, one := range s.lanes.Served() {
		names = append(names, one.Name())
	}
	s.log.Info("serving", slog.String("address", addr.String()), slog.Any("lanes", names),
		slog.String("default_upstream", s.Edge.Default), slog.String("mode", s.App.Mode), slog.String("version", Version()))
}

func notClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func canceledIsFine(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// writeAddr writes the file in one step, so that who waits for it never reads half of it.
func writeAddr(file string, addr net.Addr) error {
	if file == "" {
		return nil
	}
	half := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".part")
	if err := os.WriteFile(half, []byte(addr.String()+"\n"), 0o644); err != nil {
		return fmt.Errorf("address file: %w", err)
	}
	return os.Rename(half, file)
}

// baseURL is where a browser on this machine finds the address.
func baseURL(addr net.Addr, secure bool) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}

func isAddress(s string) bool {
	_, port, err := net.SplitHostPort(s)
	if err != nil || port == "" {
		return false
	}
	_, err = net.LookupPort("tcp", port)
	return err == nil
}

// showKeys prints the keys for the only time.
func (p Program) showKeys(made identity.Generated) {
	for _, k := range []struct{ name, key string }{{"admin", made.Admin}, {"service", made.Service}} {
		if k.key != "" {
			fmt.Fprintf(p.Err, "\n  The %s key, made just now and shown this once. Keep it:\n\n    %s\n\n", k.name, k.key)
		}
	}
}
