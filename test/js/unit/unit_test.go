//go:build integration

// Package unit runs the tests of the pages' modules in Node: those that need no page. They are the *.test.js beside it.
package unit

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestModules(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node (20.19 or newer) must be there; make test installs it")
	}
	tested(t, "*.js", "../../../web/js/*.js", "../../../lanes/*/web/*.js", "../../../lanes/*/*/testdata/*.json")
	out, err := exec.CommandContext(t.Context(), node, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test").CombinedOutput()
	if err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}

// tested reads what node will: so the go command knows that a result is old when one of them has changed.
func tested(t *testing.T, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
}
