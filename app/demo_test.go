package app

import (
	"regexp"
	"strings"
	"testing"
)

func TestDemo(t *testing.T) {
	data := t.TempDir()
	var first string
	for round := range 2 {
		g := newGreetings()
		s := start(t, g.modules, "--data", data, "demo")
		if status, body := s.get("/api/articles/4"); status != 200 || !strings.Contains(body, "잠금화면") {
			t.Errorf("the old backend: %d %s", status, body)
		}
		text := strings.ReplaceAll(s.out.String(), s.url, "URL")
		for _, part := range []string{"Greetings", "URL/v1/greetings/you", "curl -s URL/v1/greetings/b", "  3\n", "curl -s URL/api/articles/4"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in what was printed:\n%s", part, text)
			}
		}
		if strings.Contains(text, "  4\n") {
			t.Errorf("more lines to try than can be taken in:\n%s", text)
		}
		key := regexp.MustCompile(`demo_admin_\S+`).FindString(text)
		if status, _ := s.get("/_hotlane/metrics", "Authorization", "Bearer "+key); status != 200 {
			t.Errorf("the printed key opens nothing: %d", status)
		}
		s.stop()
		if code := <-s.code; code != ExitOK || g.history() != "start demo drain ran" {
			t.Errorf("exit code %d, the lane saw %q: %s", code, g.history(), s.err)
		}
		if round == 0 {
			first = text
		} else if text != first {
			t.Errorf("the second start says something else:\n%s\nthe first:\n%s", text, first)
		}
	}
}
