//go:build integration

package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// stack is the Django app, and Hotlane in front of it.
type stack struct {
	t               *testing.T
	env             []string
	django, hotlane string // base URLs
}

// engine is a database on which the app and the config file of this folder for it are tried.
type engine struct {
	name, config, dsn string              // the config file, and the DSN that stands in it
	database          func() (dsn string) // a new one
	redis             int                 // number of the database
}

func engines(t *testing.T) []engine {
	t.Helper()
	return []engine{
		{"sqlite", "hotlane.sqlite.yaml", "sqlite:examples/django/backend/db.sqlite3", func() string {
			return "sqlite:" + filepath.Join(t.TempDir(), "db.sqlite3")
		}, 9},
		{"postgres", "hotlane.yaml", "postgres://haru@127.0.0.1:5432/haru", func() string { return createDatabase(t) }, 10},
	}
}

func required(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatal(name + " is not set: scripts/with-servers.sh sets it")
	}
	return value
}

func createDatabase(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(required(t, "HOTLANE_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	name := fmt.Sprintf("haru_%x", time.Now().UnixNano())
	if _, err := d.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := d.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil { //nolint:noctx // the test's own has ended
			t.Error(err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

// start makes sample data, and runs the app and Hotlane, each as a process of its own, as in production.
func start(t *testing.T, e engine, program string) *stack {
	t.Helper()
	dsn := e.database()
	s := &stack{t: t, env: append(os.Environ(), "DJANGO_SECRET_KEY=only-for-tests",
		"DATABASE_URL="+strings.Replace(dsn, "sqlite:", "sqlite://", 1), "PYTHONDONTWRITEBYTECODE=1",
		fmt.Sprintf("REDIS_URL=redis://%s/%d", required(t, "HOTLANE_TEST_REDIS"), e.redis))}
	s.manage("migrate", "-v0")
	s.manage("seed", "--items", "400")
	s.startDjango()
	s.startHotlane(e, dsn, program)
	return s
}

// manage runs a command of the app.
func (s *stack) manage(args ...string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "/usr/bin/python3", append([]string{"backend/manage.py"}, args...)...)
	cmd.Env = s.env
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

func (s *stack) startDjango() {
	s.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		s.t.Fatal(err)
	}
	defer socket.Close()
	cmd := exec.Command("backend/run.sh") //nolint:noctx // ended in good order
	cmd.Env, cmd.ExtraFiles = append(s.env, "LISTEN=fd://3"), []*os.File{socket}
	s.run("Django", cmd)
	s.django = "http://" + l.Addr().String()
	await(s.t, s.django+"/healthz", `"ok"`)
}

// startHotlane runs the program on the config file of this folder, but for addresses and times.
func (s *stack) startHotlane(e engine, dsn, program string) {
	s.t.Helper()
	config, err := os.ReadFile(e.config)
	if err != nil {
		s.t.Fatal(err)
	}
	text := string(config)
	for old, now := range map[string]string{
		"http://127.0.0.1:8000": s.django, e.dsn: dsn, "interval: 10s": "interval: 1s",
		"allocation:\n": "allocation:\n  lease_time: 10m\n", // on a slow machine too, no lease ends while answers are compared
	} {
		if !strings.Contains(text, old) {
			s.t.Fatalf("%s does not say %q any more", e.config, old)
		}
		text = strings.ReplaceAll(text, old, now)
	}
	dir := s.t.TempDir()
	file, addr := filepath.Join(dir, "hotlane.yaml"), filepath.Join(dir, "addr")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(program, "--config", file, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--addr-file", addr) //nolint:noctx // as above
	s.run("Hotlane", cmd)
	s.hotlane = "http://" + strings.TrimSpace(awaitFile(s.t, addr))
	await(s.t, s.hotlane+hot+"?placement=lock&user=first&count=1", `"position"`)
}

// run runs a process until the test ends, which must then end well.
func (s *stack) run(name string, cmd *exec.Cmd) {
	s.t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			s.t.Errorf("%s: %v", name, err)
		}
		if err := cmd.Wait(); err != nil {
			s.t.Errorf("%s: %v", name, err)
		}
		if s.t.Failed() {
			s.t.Logf("%s says:\n%s", name, log.String())
		}
	})
}

func await(t *testing.T, url, want string) {
	t.Helper()
	poll(t, url, func() (string, bool) {
		resp, err := http.Get(url) //nolint:noctx // the server is the test's own
		if err != nil {
			return err.Error(), false
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp.Status + " " + string(body), err == nil && resp.StatusCode == http.StatusOK && bytes.Contains(body, []byte(want))
	})
}

func awaitFile(t *testing.T, name string) string {
	t.Helper()
	return poll(t, name, func() (string, bool) {
		b, err := os.ReadFile(name)
		return string(b), err == nil && len(b) > 0
	})
}

// poll tries until it succeeds, and returns what it gave then.
func poll(t *testing.T, what string, try func() (string, bool)) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(60 * time.Second); ; {
		got, ok := try()
		if ok {
			return got
		}
		select {
		case <-deadline:
			t.Fatalf("%s: %s", what, got)
		case <-tick.C:
		}
	}
}
