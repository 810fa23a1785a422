// Command profiles measures what docs/profiles-figures.md says of the lanes profiles and waitlist and of the program at rest, side by
// side in one run, and prints it as a table with the machine and the date. bench/profiles.sh builds and calls it.
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
	os.Exit(rig.Main("bench-profiles", part("cached", (*plan).cached), part("stampede", (*plan).stampede), part("budget", (*plan).budget),
		part("signups", (*plan).signups), part("export", (*plan).export), part("idle", (*plan).idle)))
}
