package allocation

import "github.com/hotlane/hotlane/lane"

func (l *Lane) bulkRoutes() []lane.Route { return nil }
