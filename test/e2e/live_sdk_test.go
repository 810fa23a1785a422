//go:build integration

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The published JavaScript SDK of Centrifuge is the judge of what is said to clients; its scripts are in test/js/centrifuge.
const (
	sdkScripts  = "../js/centrifuge"
	tokenSecret = "the-secret-of-the-tokens-of-the-e2e-tests"
)

// TestSDK runs all that the SDK can do, in its JSON and its Protobuf build, against the program on SQLite.
func TestSDK(t *testing.T) {
	p := start(t, liveSite(t), "serve")
	cmd := script(t, p, "conformance.mjs")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, tail(string(out)), tail(p.err.String()))
	}
}

// tail is the end of a long text.
func tail(text string) string { return text[max(0, len(text)-8<<10):] }

// TestSDKThroughAStop stops the program under clients that write, and starts it again.
func TestSDKThroughAStop(t *testing.T) {
	dir := liveSite(t)
	p := start(t, dir, "serve")
	cmd := script(t, p, "drain.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(stdout)
	if line, err := out.ReadString('\n'); line != "ready\n" {
		t.Fatalf("%q, %v, %v", line, err, cmd.Wait())
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.err)
	}
	p = start(t, dir, "serve")
	if _, err := fmt.Fprintln(in, p.url); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, rest)
	}
	t.Logf("%s", rest)
}

// liveSite has channels of every kind and times as short as they may be.
func liveSite(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "hotlane.yaml"), `
listen: 127.0.0.1:0
identity:
  admin_key: `+adminKey+`
  service_key: `+serviceKey+`
  tokens: {algorithm: HS256, secret: `+tokenSecret+`, leeway: 0s}
shutdown: {grace: 0s, timeout: 10s}
live:
  ping: 2s
  pong: 1s
  connect_timeout: 2s
  expire_grace: 1s
  drain: 200ms
  channels:
    - {prefix: "room:", access: public, anonymous: true, publish: members, presence: true}
    - {prefix: "news:", access: public, anonymous: true}
    - {prefix: "members:", access: user}
    - {prefix: "team:", access: token, presence: true}
    - {prefix: "user:", access: owner, auto: true}
`)
	return dir
}

// script is one of the SDK's scripts, told where the program is. What it needs is installed as its lock file says.
func script(t *testing.T, p *process, name string) *exec.Cmd {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is missing: scripts/with-servers.sh node -- go test -tags integration ./test/e2e", tool)
		}
	}
	if stale(t, filepath.Join(sdkScripts, "node_modules", ".package-lock.json"), filepath.Join(sdkScripts, "package-lock.json")) {
		if out, err := exec.Command("npm", "ci", "--prefix", sdkScripts).CombinedOutput(); err != nil {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", name)
	cmd.Dir = sdkScripts
	cmd.Env = append(os.Environ(), "HOTLANE_URL="+p.url, "HOTLANE_SERVICE_KEY="+serviceKey, "HOTLANE_TOKEN_SECRET="+tokenSecret)
	return cmd
}

// stale tells whether what was made from a file is missing or older than it.
func stale(t *testing.T, made, from string) bool {
	t.Helper()
	source, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	at, err := os.Stat(made)
	return err != nil || at.ModTime().Before(source.ModTime())
}
