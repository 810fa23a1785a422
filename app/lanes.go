package app

import (
	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lanes/allocation"
	"github.com/hotlane/hotlane/lanes/papers"
	"github.com/hotlane/hotlane/lanes/profiles"
	"github.com/hotlane/hotlane/lanes/waitlist"
)

// Lanes are the lanes of the program hotlane, in the order in which they start.
func Lanes() []lane.Module {
	return []lane.Module{allocation.Module(), papers.Module(), profiles.Module(), waitlist.Module()}
}
