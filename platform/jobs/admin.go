package jobs

import (
	"context"
	"maps"
	"slices"

	"github.com/hotlane/hotlane/platform/fault"
	"github.com/hotlane/hotlane/platform/httpio"
)

// Routes are the operators' endpoints, for whoever has routes.
type Routes struct {
	List     httpio.Handler // GET /_hotlane/jobs: counts and dead letters by lane
	Retry    httpio.Handler // POST /_hotlane/jobs/{lane}/{id}/retry
	RetryAll httpio.Handler // POST /_hotlane/jobs/{lane}/retry
	Remove   httpio.Handler // DELETE /_hotlane/jobs/{lane}/{id}
}

// Handlers makes the operators' endpoints. queues gives the queues by lane each time it is asked.
func Handlers(queues func() map[string]*Queue) Routes {
	a := admin{queues}
	return Routes{
		List: httpio.JSON(a.list), Retry: httpio.JSON(a.retry), RetryAll: httpio.JSON(a.retryAll), Remove: httpio.JSON(a.remove),
	}
}

type admin struct{ queues func() map[string]*Queue }

var errLane = fault.New(fault.NotFound, "jobs.no_lane", "No lane of this name has jobs here.")

func (a admin) queue(lane string) (*Queue, error) {
	q := a.queues()[lane]
	if q == nil {
		return nil, errLane
	}
	return q, nil
}

// ListIn asks for what there is.
type ListIn struct {
	Lane  string `query:"lane" maxLength:"48" doc:"only this one"`
	Limit int    `query:"limit" minimum:"0" maximum:"1000" default:"100" doc:"dead letters of each lane, the newest first"`
}

// List is what there is.
type List struct {
	Lanes []LaneJobs `json:"lanes"`
}

// LaneJobs is the jobs of one lane.
type LaneJobs struct {
	Lane  string  `json:"lane"`
	Kinds []Count `json:"kinds"`
	Dead  []Dead  `json:"dead"`
}

func (a admin) list(ctx context.Context, in *ListIn) (*List, error) {
	queues := a.queues()
	if in.Lane != "" {
		q, err := a.queue(in.Lane)
		if err != nil {
			return nil, err
		}
		queues = map[string]*Queue{in.Lane: q}
	}
	out := &List{Lanes: []LaneJobs{}}
	for _, lane := range slices.Sorted(maps.Keys(queues)) {
		counts, err := queues[lane].Counts(ctx)
		if err != nil {
			return nil, err
		}
		dead, err := queues[lane].Dead(ctx, in.Limit)
		if err != nil {
			return nil, err
		}
		out.Lanes = append(out.Lanes, LaneJobs{Lane: lane, Kinds: counts, Dead: dead})
	}
	return out, nil
}

// OneIn names a dead letter.
type OneIn struct {
	Lane string `path:"lane" maxLength:"48"`
	ID   int64  `path:"id" minimum:"1"`
}

func (a admin) retry(ctx context.Context, in *OneIn) (*struct{}, error) {
	q, err := a.queue(in.Lane)
	if err != nil {
		return nil, err
	}
	return nil, q.Retry(ctx, in.ID)
}

func (a admin) remove(ctx context.Context, in *OneIn) (*struct{}, error) {
	q, err := a.queue(in.Lane)
	if err != nil {
		return nil, err
	}
	return nil, q.Remove(ctx, in.ID)
}

// LaneIn names a lane.
type LaneIn struct {
	Lane string `path:"lane" maxLength:"48"`
}

// Retried says how many dead letters are due now.
type Retried struct {
	Retried int64 `json:"retried"`
}

func (a admin) retryAll(ctx context.Context, in *LaneIn) (*Retried, error) {
	q, err := a.queue(in.Lane)
	if err != nil {
		return nil, err
	}
	n, err := q.RetryAll(ctx)
	if err != nil {
		return nil, err
	}
	return &Retried{n}, nil
}
