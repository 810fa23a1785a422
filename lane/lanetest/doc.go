// Package lanetest runs a lane as the program does, for tests: constructed, migrated on databases of its own, started, running, and
// behind the real door with its keys, limits and problems. What is different is the clock, which stands still until it is
// moved, and the router, which is net/http's: what the edge does before a lane, the edge's tests show.
//
//	h := lanetest.Start(t, allocation.Module())
//	h.Run(t, lanetest.Scenario{Name: "…", Method: "POST", Path: "/v1/allocations", Body: `{}`, Status: 422, …})
package lanetest
