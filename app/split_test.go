package app

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// TestAFrontDoorPassesTheKeysOnToItsOwn: to another process of this Hotlane, and to nobody else.
func TestAFrontDoorPassesTheKeysOnToItsOwn(t *testing.T) {
	behind := start(t, newGreetings().modules, "--config", write(t, "b.yaml", keysFile), "--data", t.TempDir(), "serve", "--lanes", "greetings")
	for ours, want := range map[string]bool{"true": true, "false": false} {
		file := write(t, "f.yaml", keysFile+"edge:\n  upstreams: {greet: {urls: [\""+behind.url+"\"], hotlane: "+ours+"}}\n"+
			"  routes: [{match: \"/\", upstream: greet}]\n")
		front := start(t, newGreetings().modules, "--config", file, "--data", t.TempDir(), "serve", "--lanes", "none")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.url+"/v1/greetings", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer the-admin-key-of-the-test")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // nothing of it is read
		if known := res.StatusCode != http.StatusUnauthorized; known != want {
			t.Errorf("hotlane: %s: %d", ours, res.StatusCode)
		}
		front.stop()
	}
}

// TestTheDocumentedFrontDoorIsGood checks the config of docs/edge.md as it stands there.
func TestTheDocumentedFrontDoorIsGood(t *testing.T) {
	text, err := os.ReadFile("../docs/edge.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "### Lanes in processes of their own")
	_, block, _ := strings.Cut(section, "```yaml\n")
	block, _, ok := strings.Cut(block, "```")
	if !ok {
		t.Fatal("there is no example")
	}
	if code, _, errs := call(t, newGreetings().modules, "check", write(t, "hotlane.yaml", block)); code != ExitOK {
		t.Errorf("%d %s", code, errs)
	}
}
