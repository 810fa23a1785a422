//go:build integration

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// The published JavaScript SDK of Centrifuge is the judge of what is said to clients; its scripts are in test/js/centrifuge.
const (
	sdkScripts  = "../js/centrifuge"
	tokenSecret = "the-secret-of-the-tokens-of-the-e2e-tests"
)

// TestSDK runs all that the SDK can do, in its JSON and its Protobuf build, against the program on SQLite.
func TestSDK(t *testing.T) {
	p := start(t, liveSite(t, ""), "serve")
	if out, err := script(t, "conformance.mjs", p).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, tail(string(out)), tail(p.err.String()))
	}
}

// TestSDKOnThreeNodes does the same with each connection and each question of the backend going to another node, so that those that
// come back do so elsewhere.
func TestSDKOnThreeNodes(t *testing.T) {
	more := "db: {dsn: \"" + dbtest.Postgres(t).DSN.Reveal() + "\"}\nbus: {redis: \"redis://" + cachetest.Start(t).Address() + "\"}\n"
	var nodes []*process
	for range 3 {
		nodes = append(nodes, start(t, liveSite(t, more), "serve"))
	}
	if out, err := script(t, "conformance.mjs", nodes...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, tail(string(out)))
		for _, p := range nodes {
			t.Logf("%s: %s", p.url, tail(p.err.String()))
		}
	}
}

// tail is the end of a long text.
func tail(text string) string { return text[max(0, len(text)-8<<10):] }

// TestSDKThroughAStop stops the program under clients that write, and starts it again.
func TestSDKThroughAStop(t *testing.T) {
	// They write as fast as they are answered, and the whole log is read in the end.
	dir := liveSite(t, "hub: {keep: 1000000}\n", "rate: 1000000", "burst: 1000000")
	p := start(t, dir, "serve")
	cmd := script(t, "drain.mjs", p)
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

// liveSite has channels of every kind and short times. What more there is to configure, at the top
// and of live, is given as YAML.
func liveSite(t *testing.T, more string, ofLive ...string) string {
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
  `+strings.Join(ofLive, "\n  ")+`
  ping: 3s
  pong: 2s
  connect_timeout: 4s
  expire_grace: 3s
  drain: 200ms
  channels:
    - {prefix: "room:", access: public, anonymous: true, publish: members, presence: true}
    - {prefix: "news:", access: public, anonymous: true}
    - {prefix: "members:", access: user}
    - {prefix: "team:", access: token, presence: true}
    - {prefix: "user:", access: owner, auto: true}
`+more)
	return dir
}

// script is one of the SDK's scripts, told where the nodes are.
func script(t *testing.T, name string, nodes ...*process) *exec.Cmd {
	t.Helper()
	installed(t)
	cmd := exec.CommandContext(t.Context(), "node", "--test-reporter=spec", name)
	cmd.Dir = sdkScripts
	urls := make([]string, len(nodes))
	for i, p := range nodes {
		urls[i] = p.url
	}
	cmd.Env = append(os.Environ(), "HOTLANE_URL="+strings.Join(urls, ","), "HOTLANE_SERVICE_KEY="+serviceKey, "HOTLANE_TOKEN_SECRET="+tokenSecret)
	return cmd
}

// installed sees to it that node is there, and what the scripts need, as their lock file says.
func installed(t *testing.T) {
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
