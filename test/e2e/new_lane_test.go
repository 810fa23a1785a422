//go:build integration

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewLaneElsewhere starts a lane in a module of somebody else's, lists it in the main that is printed, and has it built, tested and
// served.
func TestNewLaneElsewhere(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	ours := strings.Replace(string(mod), "module github.com/hotlane/hotlane\n", "module example.com/shop\n", 1) +
		"\nrequire github.com/hotlane/hotlane v0.0.0\n\nreplace github.com/hotlane/hotlane => " + root + "\n"
	write(t, filepath.Join(dir, "go.mod"), ours)
	write(t, filepath.Join(dir, "go.sum"), string(sum))

	code, out, errs := run(t, dir, "new", "lane", "memo")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	from, to := strings.Index(out, "  import ("), strings.Index(out, "\n  }\n")
	if from < 0 || to < 0 {
		t.Fatalf("no main is printed: %s", out)
	}
	write(t, filepath.Join(dir, "main.go"), "package main\n\n"+strings.ReplaceAll("\n"+out[from:to]+"\n  }\n", "\n  ", "\n"))
	for _, args := range [][]string{{"vet", "./..."}, {"test", "./..."}, {"build", "-o", "shop", "."}} {
		c := exec.Command("go", args...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	c := exec.Command(filepath.Join(dir, "shop"), "routes")
	c.Dir = dir
	routes, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(routes), "/v1/memo/{id}") {
		t.Errorf("%v\n%s", err, routes)
	}
}
