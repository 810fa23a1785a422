//go:build integration

package cachetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Redis is the config of a store on the server of the tests, apart from those of all other tests.
func Redis(t testing.TB) cache.Config {
	t.Helper()
	address := os.Getenv("HOTLANE_TEST_REDIS")
	if address == "" {
		t.Fatal("HOTLANE_TEST_REDIS must be host:port of a Redis: scripts/with-servers.sh redis -- …")
	}
	return At(address)
}

// At is the config of a store on a server, apart from all others there. Its time-out is one that a busy machine keeps.
func At(address string) cache.Config {
	return cache.Config{Redis: telemetry.Secret("redis://" + address), Prefix: "test:" + rand.Text() + ":", Timeout: 10 * time.Second}
}

// Open opens a store and closes it when the test ends.
func Open(t testing.TB, cfg cache.Config) cache.Store {
	t.Helper()
	s, err := cache.Open(cfg, cache.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Server is a private Redis, which may be killed and started again at the same address, without what it held.
type Server struct {
	Port int
	dir  string
	args []string
	cmd  *exec.Cmd
}

// Start starts a private Redis that ends with the test. args are further settings.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	for range 10 {
		s := &Server{Port: freePort(t), dir: t.TempDir(), args: args}
		if s.start(t) {
			t.Cleanup(func() { s.Kill(t) })
			return s
		}
	}
	t.Fatal("no private Redis starts")
	return nil
}

// freePort is one that is free now, below those that connections are given; a Cluster needs another, 10000 above.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port = port - 20_000; port > 1024 && bindable(port) && bindable(port+10_000) {
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func bindable(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// Address is host:port.
func (s *Server) Address() string { return fmt.Sprint("127.0.0.1:", s.Port) }

// start reports whether it answers; it does not where another took the port.
func (s *Server) start(t testing.TB) bool {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal(err)
	}
	args := s.args
	if len(args) == 0 || !strings.HasSuffix(args[0], ".conf") {
		args = append([]string{"--save", "", "--appendonly", "no"}, args...)
	}
	args = append(args, "--port", fmt.Sprint(s.Port), "--bind", "127.0.0.1", "--dir", s.dir, "--logfile", filepath.Join(s.dir, "log"))
	if strings.HasSuffix(args[0], ".conf") { // Sentinel: the file comes first, and is written to
		args = append(args, "--sentinel")
	}
	s.cmd = exec.Command(program, args...)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range Until(t) {
		if s.cmd.ProcessState == nil && s.Say("PING") == "PONG" {
			return true
		}
		if log, err := os.ReadFile(filepath.Join(s.dir, "log")); err == nil && strings.Contains(string(log), "already in use") {
			s.Kill(t)
			return false
		}
	}
	return false
}

// Kill ends it as kill -9 does.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// Restart starts it again where it was.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if !s.start(t) {
		t.Fatal("it does not start again")
	}
}

// Say runs one command by redis-cli and answers what it prints, or nothing.
func (s *Server) Say(words ...string) string {
	out, err := exec.Command("redis-cli", append([]string{"-p", fmt.Sprint(s.Port), "--no-auth-warning"}, words...)...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Signal stops or continues it (syscall.SIGSTOP, syscall.SIGCONT).
func (s *Server) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// Until yields again and again, and fails the test after half a minute.
func Until(t testing.TB) func(func(int) bool) {
	return func(yield func(int) bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for i := 0; yield(i); i++ {
			select {
			case <-ctx.Done():
				t.Fatal("it does not come about")
			case <-tick.C:
			}
		}
	}
}
