// Command realtime measures what docs/realtime.md says of live channels, side by side in one run, and prints it as a table with the
// machine and the date. bench/realtime.sh builds and calls it.
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
	os.Exit(rig.Main("bench-realtime", part("idle", (*plan).idle), part("fanout", (*plan).fanout), part("durable", (*plan).durable),
		part("origin", (*plan).origin), part("loss", (*plan).loss), part("reconnect", (*plan).reconnect), part("k6", (*plan).k6)))
}
