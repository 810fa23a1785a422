package main

import (
	"os"
	"path/filepath"

	"github.com/hotlane/hotlane/bench/dataset"
)

// bodies writes what post.lua sends.
func (p *plan) bodies() error {
	var text []byte
	for _, b := range dataset.Bodies(20_000, 7) {
		text = append(append(text, b...), '\n')
	}
	return os.WriteFile(filepath.Join(p.Dir, "bodies"), text, 0o600)
}

// postScript is the load on POST /v1/allocations.
func (p *plan) postScript() string { return filepath.Join(p.Repo, "bench/allocation/post.lua") }
