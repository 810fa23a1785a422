// Command allocation measures what docs/allocation-figures.md says of the allocation lane, side by side in one run, and
// prints it as a table with the machine and the date. bench/allocation.sh builds and calls it.
package main

import (
	"context"
	"os"

	"github.com/hotlane/hotlane/bench/rig"
)

// plan is what is measured.
type plan struct{ *rig.Rig }

func main() {
	part := func(name string, do func(*plan, context.Context) error) rig.Part {
		return rig.Part{Name: name, Do: func(ctx context.Context, r *rig.Rig) error { return do(&plan{r}, ctx) }}
	}
	os.Exit(rig.Main("bench-allocation", part("engine", (*plan).engine), part("catalogue", (*plan).catalogue),
		part("api", (*plan).api), part("peers", (*plan).peers)))
}

// hotlane is a server with the allocation lane.
type hotlane struct{ *rig.Server }

// start runs a Hotlane.
func (p *plan) start(ctx context.Context, name, binary string, args []string, settings ...string) (hotlane, error) {
	s, err := p.Start(ctx, name, binary, args, settings...)
	return hotlane{s}, err
}
