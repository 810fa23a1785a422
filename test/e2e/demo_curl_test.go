//go:build integration

package e2e

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestDemoCurlLinesWorkWhenPasted runs every line that the demo prints in a shell, as it stands there.
func TestDemoCurlLinesWorkWhenPasted(t *testing.T) {
	p := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	lines := curlLine.FindAllStringSubmatch(p.out.String(), -1)
	for _, lane := range []string{"/v1/allocations ", "/v1/profiles/", "/v1/waitlist/", "/api/articles/"} {
		if !slices.ContainsFunc(lines, func(line []string) bool { return strings.Contains(line[1], lane) }) {
			t.Errorf("there is no line for %s:\n%s", lane, p.out)
		}
	}
	for _, line := range lines {
		out, err := exec.Command("bash", "-c", strings.Replace(line[1], "curl ", "curl --fail-with-body ", 1)).CombinedOutput()
		if err != nil || len(out) == 0 || strings.Contains(string(out), "application/problem+json") {
			t.Errorf("%s\n%v\n%s", line[1], err, out)
		}
	}
}
