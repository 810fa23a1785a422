//go:build integration

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotlane/hotlane/app"
)

// The Django app answers by itself, and Hotlane answers for it from its tables: nobody may see a difference.
func TestHotlaneAnswersWhatDjangoAnswers(t *testing.T) {
	redis := os.Getenv("HOTLANE_TEST_REDIS")
	if redis == "" {
		t.Fatal("HOTLANE_TEST_REDIS is not set")
	}
	database := filepath.Join(t.TempDir(), "db.sqlite3")
	django := startDjango(t, database, redis)
	hotlane := startHotlane(t, django, database)

	compare := exec.CommandContext(t.Context(), "/usr/bin/python3", "../../bench/peers/compare.py",
		"--warm", "--requests", "200", "--seed", "7", django, hotlane)
	if out, err := compare.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	follow(t, hotlane)
	for _, path := range []string{"/api/articles/300001", "/api/articles/?topic=food", "/api/users/me", "/healthz", "/nothing/here"} {
		if got, want := get(t, hotlane+path), get(t, django+path); got != want {
			t.Errorf("%s: %q behind Hotlane, %q from Django", path, got, want)
		}
	}
	for _, query := range []string{"", "?user=u1", "?user=u1&placement=nowhere", "?user=u1&placement=lock&count=0", "?user=u1&placement=lock&count=21"} {
		const path = "/api/v1/lockscreen/allocation/"
		if got, want := get(t, hotlane+path+query), get(t, django+path+query); spaceless(got) != spaceless(want) {
			t.Errorf("%s: %q from the lane, %q from Django", query, got, want)
		}
	}
}

// follow does what a client does with a slot: it reports that the slot was shown, and that it was tapped.
func follow(t *testing.T, hotlane string) {
	t.Helper()
	var answer struct {
		Slots []struct {
			Landing    string `json:"landing_url"`
			Impression string `json:"impression_url"`
			Click      string `json:"click_url"`
		}
	}
	const ask = "/api/v1/lockscreen/allocation/?placement=lock&count=1&user=follower"
	_, body, _ := strings.Cut(get(t, hotlane+ask), "OK ")
	if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Slots) != 1 {
		t.Fatalf("%v: %s", err, body)
	}
	slot := answer.Slots[0]
	if got := get(t, hotlane+slot.Impression); !strings.HasPrefix(got, "200 OK GIF89a") {
		t.Errorf("%s: %q, want a pixel", slot.Impression, got)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(hotlane + slot.Click) //nolint:noctx // the server is the test's own
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusFound || got != slot.Landing {
		t.Errorf("%s: %s to %q, want 302 to %q", slot.Click, resp.Status, got, slot.Landing)
	}
}

func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }

// get is the status and the body.
func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url) //nolint:noctx // the server is the test's own
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status + " " + string(body)
}

// startDjango makes a database of sample data and runs the app on it as it is run in production.
func startDjango(t *testing.T, database, redis string) string {
	t.Helper()
	env := append(os.Environ(), "DJANGO_SECRET_KEY=only-for-tests", "DATABASE_URL=sqlite://"+database,
		"REDIS_URL=redis://"+redis+"/9", "PYTHONDONTWRITEBYTECODE=1", "LISTEN=fd://3")
	for _, args := range [][]string{{"migrate", "-v0"}, {"seed", "--items", "1000"}} {
		cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", append([]string{"backend/manage.py"}, args...)...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	socket, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	var log bytes.Buffer
	cmd := exec.Command("backend/run.sh") //nolint:noctx // ended below, in good order
	cmd.Env, cmd.ExtraFiles, cmd.Stderr = env, []*os.File{socket}, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Django says:\n%s", log.String())
		}
	})
	url := "http://" + l.Addr().String()
	await(t, url+"/healthz", `"ok"`)
	return url
}

// startHotlane runs the program of this folder on the config file of this folder, but for addresses.
func startHotlane(t *testing.T, django, database string) string {
	t.Helper()
	config, err := os.ReadFile("hotlane.sqlite.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, addr := filepath.Join(dir, "hotlane.yaml"), filepath.Join(dir, "addr")
	text := strings.NewReplacer("http://127.0.0.1:8000", django, "sqlite:examples/django/backend/db.sqlite3", "sqlite:"+database).
		Replace(string(config))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- app.Run(ctx, app.Program{
			Args: []string{"--config", file, "--data", dir, "serve", "--listen", "127.0.0.1:0", "--addr-file", addr},
			Out:  &log, Err: &log, Lanes: modules,
		})
	}()
	t.Cleanup(func() {
		stop()
		if code := <-ended; code != app.ExitOK {
			t.Errorf("Hotlane ended with %d", code)
		}
		if t.Failed() {
			t.Logf("Hotlane says:\n%s", log.String())
		}
	})
	url := "http://" + strings.TrimSpace(awaitFile(t, addr))
	await(t, url+"/api/v1/lockscreen/allocation/?placement=lock&user=first&count=1", `"position"`)
	return url
}

func await(t *testing.T, url, want string) {
	t.Helper()
	poll(t, url, func() (string, bool) {
		resp, err := http.Get(url) //nolint:noctx // as above
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

func poll(t *testing.T, what string, try func() (string, bool)) string {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last := ""
	for deadline := time.After(60 * time.Second); ; {
		got, ok := try()
		if ok {
			return got
		}
		last = got
		select {
		case <-deadline:
			t.Fatalf("%s: %s", what, last)
		case <-tick.C:
		}
	}
}
