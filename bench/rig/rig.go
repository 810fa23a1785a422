// Package rig is what all benchmarks that run real programs share: servers pinned to one core and the load to the other, slices of
// load that take turns, the CPU time of the servers' processes beside the answers they gave, and a table at the end.
//
// Loads are bounded in time, everything listens on loopback, and all that is started is ended with the benchmark.
package rig

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Rig is one run of a benchmark, and where what it needs has been built.
type Rig struct {
	Bin     string // folder of the binaries
	Repo    string
	Dir     string // of this run, removed at its end
	Slices  int    // of each peer
	Slice   time.Duration
	Results *Table
}

// Part is one part of a benchmark, which can be left out.
type Part struct {
	Name string
	Do   func(context.Context, *Rig) error
}

// Main is the main function of a benchmark: it reads the flags, runs the parts in order, and prints the table. It returns the exit code.
func Main(name string, parts ...Part) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	r := &Rig{Results: NewTable()}
	var out string
	var skip, only []string
	flag.StringVar(&r.Bin, "bin", "bin", "folder of the binaries")
	flag.StringVar(&r.Repo, "repo", ".", "folder of the repository")
	flag.StringVar(&out, "out", "", "file to write the table to as well")
	flag.IntVar(&r.Slices, "slices", 10, "interleaved slices of each peer")
	flag.DurationVar(&r.Slice, "slice", 2*time.Second, "length of a slice")
	flag.Func("skip", "a part to leave out: "+names(parts), func(s string) error { skip = append(skip, s); return nil })
	flag.Func("only", "a part to run, and no other that is not named so", func(s string) error { only = append(only, s); return nil })
	flag.Parse()
	parts = slices.DeleteFunc(parts, func(p Part) bool {
		return slices.Contains(skip, p.Name) || len(only) > 0 && !slices.Contains(only, p.Name)
	})
	if err := r.run(ctx, name, parts, out); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

func names(parts []Part) string {
	var all []string
	for _, p := range parts {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

func (r *Rig) run(ctx context.Context, name string, parts []Part, out string) (err error) {
	if r.Dir, err = os.MkdirTemp("", "hotlane-bench."); err != nil {
		return err
	}
	defer os.RemoveAll(r.Dir)
	if err := os.Chmod(r.Dir, 0o711); err != nil { // PostgreSQL runs as its own user below it
		return err
	}
	for _, part := range parts {
		fmt.Fprintf(os.Stderr, "%s: %s …\n", name, part.Name)
		if err := part.Do(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
	}
	text := r.Results.String()
	fmt.Print(text)
	if out == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, []byte(text), 0o644)
}
