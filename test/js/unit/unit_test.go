//go:build integration

// Package unit runs the tests of the pages' modules in Node: those that need no page. They are the *.test.js beside it.
package unit

import (
	"os/exec"
	"testing"
)

func TestModules(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node (20.19 or newer) must be there; make test installs it")
	}
	out, err := exec.CommandContext(t.Context(), node, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test").CombinedOutput()
	if err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
