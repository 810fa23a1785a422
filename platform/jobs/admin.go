package jobs

import (
	"context"

	"github.com/hotlane/hotlane/platform/httpio"
)

// Routes are the operators' endpoints.
type Routes struct {
	List, Retry, Remove httpio.Handler // GET /_hotlane/jobs, POST /_hotlane/jobs/{lane}/{id}/retry, DELETE /_hotlane/jobs/{lane}/{id}
}

// Handlers makes the operators' endpoints over the queues of all lanes.
func Handlers(queues func() map[string]*Queue) Routes {
	not := httpio.JSON(func(context.Context, *struct{}) (*struct{}, error) { return nil, errNotYet })
	return Routes{List: not, Retry: not, Remove: not}
}
