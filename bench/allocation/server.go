package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hotlane/hotlane/bench/dataset"
)

const (
	adminKey   = "bench-admin-key-of-this-run"
	serviceKey = "bench-service-key-of-this-run"
)

// server is a Hotlane that runs.
type server struct {
	url string
	pid int
	cmd *exec.Cmd
	log string
}

// start runs a Hotlane binary on the servers' core and waits until it serves. Settings are environment variables.
func (p *plan) start(ctx context.Context, name, binary string, args []string, settings ...string) (*server, error) {
	dir := filepath.Join(p.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &server{log: filepath.Join(dir, "log")}
	addr := filepath.Join(dir, "addr")
	_ = os.Remove(addr) // of one before this one, if there was one
	args = append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--addr-file", addr}, args...)
	s.cmd = pinned(ctx, serverCore, filepath.Join(p.bin, binary), args...)
	s.cmd.Dir = dir // no hotlane.yaml of somebody else's
	s.cmd.Env = append(os.Environ(), "HOTLANE_ADMIN_KEY="+adminKey, "HOTLANE_SERVICE_KEY="+serviceKey,
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
	s.pid = s.cmd.Process.Pid
	err = until(ctx, time.Minute, func() bool {
		text, _ := os.ReadFile(addr)
		s.url = "http://" + strings.TrimSpace(string(text))
		return len(text) > 0
	})
	if err != nil {
		text, _ := os.ReadFile(s.log)
		return nil, errors.Join(fmt.Errorf("%s does not serve: %w\n%s", binary, err, text), s.stop())
	}
	return s, nil
}

// stop ends it in good order.
func (s *server) stop() error {
	if err := s.cmd.Cancel(); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// fill imports a catalogue of so many line items and returns the time until it was stored.
func (s *server) fill(ctx context.Context, items int) (time.Duration, error) {
	var things bytes.Buffer
	if err := dataset.Catalogue(&things, items, 7); err != nil {
		return 0, err
	}
	begun := time.Now()
	_, err := s.admin(ctx, "POST", "/v1/allocation/import", "application/x-ndjson", &things)
	return time.Since(begun), err
}

// admin asks an admin's endpoint.
func (s *server) admin(ctx context.Context, method, path, contentType string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+adminKey)
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

// decide asks for an allocation and lists the line items of the answer.
func (s *server) decide(ctx context.Context, body []byte) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", s.url+"/v1/allocations", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Placements []struct {
			Items []struct {
				LineItem string `json:"line_item"`
			}
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range answer.Placements {
		for _, it := range p.Items {
			ids = append(ids, it.LineItem)
		}
	}
	return ids, nil
}

// metric reads the first value of a name.
func (s *server) metric(ctx context.Context, name string) (value float64, err error) {
	text, err := s.admin(ctx, "GET", "/_hotlane/metrics", "text/plain", nil)
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

// ready waits until the whole catalogue is served.
func (s *server) ready(ctx context.Context, items int) error {
	return until(ctx, time.Minute, func() bool {
		served, err := s.metric(ctx, "hotlane_allocation_catalogue_items")
		return err == nil && int(served) >= items
	})
}

// until polls.
func until(ctx context.Context, limit time.Duration, is func() bool) error {
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
