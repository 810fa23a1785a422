package e2e

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The keys of the config that site makes.
const (
	adminKey   = "admin-key-of-the-e2e-tests"
	serviceKey = "service-key-of-the-e2e-tests"
)

// site is a directory with a config file, in which processes run one after the other. What more there is to configure is given
// as YAML.
func site(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hotlane.yaml"), "listen: 127.0.0.1:0\n"+
		"identity: {admin_key: "+adminKey+", service_key: "+serviceKey+"}\n"+
		"shutdown: {grace: 0s, timeout: 10s}\n"+more)
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// process is one run of the program that serves.
type process struct {
	t    *testing.T
	url  string
	cmd  *exec.Cmd
	out  *output
	err  *output
	done chan struct{} // closed when it has ended
}

// start runs the program in dir until it is ready, and kills it at the end of the test if it still runs.
func start(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	addr := filepath.Join(t.TempDir(), "addr")
	p := &process{t: t, out: &output{}, err: &output{}, done: make(chan struct{})}
	p.cmd = command(dir, append(args, "--addr-file", addr)...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // its exit code is read from ProcessState
		close(p.done)
	}()
	t.Cleanup(p.kill)
	p.until("it is ready", func() bool {
		if p.ended() {
			t.Fatalf("it ended with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.err)
		}
		b, err := os.ReadFile(addr)
		if err != nil {
			return false
		}
		p.url = "http://" + strings.TrimSpace(string(b))
		res, err := http.Get(p.url + "/_hotlane/ready")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return p
}

func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "HOTLANE_") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	return cmd
}

// run runs the program until it ends by itself.
func run(t *testing.T, dir string, args ...string) (code int, out, errs string) {
	t.Helper()
	cmd := command(dir, args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// until polls, since the program is another process.
func (p *process) until(what string, ok func() bool) {
	p.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(60 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			p.t.Fatalf("not within 60 s: %s\n%s", what, p.err)
		}
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill is kill -9; on what has ended it does nothing.
func (p *process) kill() {
	if !p.ended() {
		_ = p.cmd.Process.Kill() // it may just have ended
	}
	<-p.done
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// stop is SIGTERM; it gives the exit code.
func (p *process) stop() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   string
}

// do asks as whoever the key shows; an empty one is the public.
func (p *process) do(method, path, key, body string) answer {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

// output is a buffer that is written by one goroutine and read by another.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
