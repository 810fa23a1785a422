package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The keys of every server.
const (
	AdminKey   = "bench-admin-key-of-this-run"
	ServiceKey = "bench-service-key-of-this-run"
)

// Server is a Hotlane that runs.
type Server struct {
	URL string
	PID int
	cmd *exec.Cmd
	log string

	again func(context.Context) (*Server, error)
}

// Start runs a Hotlane binary on the servers' core and waits until it serves. Settings are environment variables.
func (r *Rig) Start(ctx context.Context, name, binary string, args []string, settings ...string) (*Server, error) {
	dir := filepath.Join(r.Dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &Server{log: filepath.Join(dir, "log")}
	given := args
	s.again = func(ctx context.Context) (*Server, error) { return r.Start(ctx, name, binary, given, settings...) }
	addr := filepath.Join(dir, "addr")
	_ = os.Remove(addr) // of one before this one, if there was one
	args = append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--addr-file", addr}, args...)
	s.cmd = Pinned(ctx, ServerCore, filepath.Join(r.Bin, binary), args...)
	s.cmd.Dir = dir // no hotlane.yaml of somebody else's
	s.cmd.Env = append(os.Environ(), "HOTLANE_ADMIN_KEY="+AdminKey, "HOTLANE_SERVICE_KEY="+ServiceKey,
		"HOTLANE_SHUTDOWN_GRACE=0s", "HOTLANE_SHUTDOWN_TIMEOUT=5s", "HOTLANE_PUBLIC_METRICS=true")
	s.cmd.Env = append(s.cmd.Env, settings...)
	log, err := os.Create(s.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.PID = s.cmd.Process.Pid
	err = Until(ctx, time.Minute, func() bool {
		text, _ := os.ReadFile(addr)
		s.URL = "http://" + strings.TrimSpace(string(text))
		return len(text) > 0
	})
	if err != nil {
		text, _ := os.ReadFile(s.log)
		return nil, errors.Join(fmt.Errorf("%s does not serve: %w\n%s", binary, err, text), s.Stop())
	}
	return s, nil
}

// Stop ends it in good order.
func (s *Server) Stop() error {
	if err := s.cmd.Cancel(); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// Kill ends it as kill -9 does.
func (s *Server) Kill() error {
	err := s.cmd.Process.Kill()
	_ = s.cmd.Wait() // it was killed
	return err
}

// Again starts it again, on what it left behind. It has ended.
func (s *Server) Again(ctx context.Context) (*Server, error) { return s.again(ctx) }

// Admin asks an admin's endpoint.
func (s *Server) Admin(ctx context.Context, method, path, contentType string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+AdminKey)
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.500s", method, path, resp.Status, answer)
	}
	return answer, err
}

// Metric reads the first value of a name.
func (s *Server) Metric(ctx context.Context, name string) (value float64, err error) {
	text, err := s.Admin(ctx, "GET", "/_hotlane/metrics", "text/plain", nil)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok && (rest[0] == ' ' || rest[0] == '{') {
			_, err = fmt.Sscan(rest[strings.LastIndexByte(rest, ' ')+1:], &value)
			return value, err
		}
	}
	return 0, fmt.Errorf("there is no metric %s", name)
}

// Until polls.
func Until(ctx context.Context, limit time.Duration, is func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Pause waits so long.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
