package allocation

import "github.com/hotlane/hotlane/lane"

func (l *Lane) pageRoutes() []lane.Route { return nil }
