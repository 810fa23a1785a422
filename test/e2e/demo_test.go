package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// TestDemoSurvivesKill: what the demo has printed goes on to be true when it is killed and started again on its data.
func TestDemoSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir, "demo", "--listen", "127.0.0.1:0")
	said := strings.ReplaceAll(first.out.String(), first.url, "URL")
	if !strings.Contains(said, "curl -s URL/api/articles/4") {
		t.Errorf("it says:\n%s", said)
	}
	first.kill()
	second := start(t, dir, "demo", "--listen", "127.0.0.1:0")
	if again := strings.ReplaceAll(second.out.String(), second.url, "URL"); again != said {
		t.Errorf("the second start says:\n%s\nthe first:\n%s", again, said)
	}
	if a := second.do("GET", "/api/articles/4", "", ""); a.status != 200 || !strings.Contains(a.body, `"id":4`) {
		t.Errorf("the old backend: %d %s", a.status, a.body)
	}
	if code := second.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, second.err)
	}
}

var curlLine = regexp.MustCompile(`(?m)^  (curl .*)$`)
