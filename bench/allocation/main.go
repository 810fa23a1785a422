// Command allocation measures what docs/allocation-figures.md says of the allocation lane, side by side in one run, and
// prints it as a table with the machine and the date. bench/allocation.sh builds and calls it.
//
// Servers, with the Redis and PostgreSQL that belong to them, are pinned to one core and the load to the other. Loads are
// bounded in time, everything listens on loopback, and all that is started is ended with it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// plan is what is measured, and where what it needs has been built.
type plan struct {
	bin     string // folder of the binaries hotlane, haru and engine.test
	repo    string
	dir     string // of this run, removed at its end
	out     string // file for the table; empty: none
	slices  int
	slice   time.Duration
	skip    map[string]bool
	results *table
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	p := plan{results: newTable(), skip: map[string]bool{}}
	flag.StringVar(&p.bin, "bin", "bin", "folder of the binaries")
	flag.StringVar(&p.repo, "repo", ".", "folder of the repository")
	flag.StringVar(&p.out, "out", "", "file to write the table to as well")
	flag.IntVar(&p.slices, "slices", 10, "interleaved slices of each peer")
	flag.DurationVar(&p.slice, "slice", 2*time.Second, "length of a slice")
	flag.Func("skip", "a part to leave out: engine, api, catalogue, peers", func(s string) error { p.skip[s] = true; return nil })
	flag.Parse()
	if err := p.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-allocation:", err)
		os.Exit(1)
	}
}

func (p *plan) run(ctx context.Context) (err error) {
	if p.dir, err = os.MkdirTemp("", "hotlane-bench."); err != nil {
		return err
	}
	defer os.RemoveAll(p.dir)
	if err := os.Chmod(p.dir, 0o711); err != nil { // PostgreSQL runs as its own user below it
		return err
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{{"engine", p.engine}, {"catalogue", p.catalogue}, {"api", p.api}, {"peers", p.peers}} {
		if p.skip[part.name] {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench-allocation: %s …\n", part.name)
		if err := part.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	text := p.results.String()
	fmt.Print(text)
	if p.out == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(p.out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(p.out, []byte(text), 0o644)
}
