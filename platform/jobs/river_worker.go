package jobs

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/hotlane/hotlane/platform/db"
)

// riverWorker is a running client of River's.
type riverWorker struct {
	client *river.Client[pgx.Tx]
	pool   *pgxpool.Pool
	alive  *liveness
	halted atomic.Bool  // what runs is told to stop
	active atomic.Int64 // how many run
	count  atomic.Int64 // how many were begun
}

// start makes a client that runs jobs. leads: it also does what one of all processes does.
func (e *riverQueue) start(ctx context.Context, id string, leads bool) (w *riverWorker, err error) {
	w = &riverWorker{}
	config := e.config(id)
	config.Queues, config.Workers = make(map[string]river.QueueConfig), river.NewWorkers()
	for _, j := range e.q.kinds() {
		config.Queues[queueOf(j.Kind)] = river.QueueConfig{MaxWorkers: j.Workers}
		river.AddWorkerArgs(config.Workers, riverArgs{kind: j.Kind}, &runner{q: e.q, job: j, worker: w})
		config.JobTimeout = max(config.JobTimeout, j.Timeout)
	}
	config.RescueStuckJobsAfter = config.JobTimeout + rescueAfter
	if !leads {
		config.LeaderElectionDisabled = true
		config.FetchPollInterval = workLook
	}
	if w.pool, err = e.q.db.Pool(ctx, clientPool); err != nil {
		return nil, err
	}
	w.alive = &liveness{pool: w.pool, key: e.lock(id)}
	if err = w.alive.hold(ctx); err == nil {
		if err = e.free(ctx, id); err == nil {
			if w.client, err = river.NewClient(riverpgxv5.New(w.pool), config); err == nil {
				err = w.client.Start(context.WithoutCancel(ctx))
			}
		}
	}
	if err != nil {
		w.alive.release()
		w.pool.Close()
		return nil, db.Fault(fmt.Errorf("jobs: River in %s: %w", e.q.db.Name(), err))
	}
	return w, nil
}

// rescueAfter is beyond the longest time of an attempt: whoever lives and has not said by then what came of a job never will.
const rescueAfter = 5 * time.Minute

// stop ends the client; what runs when ctx ends is told to stop, and has 5 s for it.
func (w *riverWorker) stop(ctx context.Context, q *Queue) error {
	err := w.client.Stop(ctx)
	if err != nil {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		w.halted.Store(true)
		err = w.client.StopAndCancel(last)
	}
	if err != nil {
		return stuck(q, max(int(w.active.Load()), 1))
	}
	w.alive.release()
	w.pool.Close()
	return nil
}

// runner is one kind to River.
type runner struct {
	river.WorkerDefaults[riverArgs]
	q      *Queue
	job    *Job
	worker *riverWorker
}

func (r *runner) Timeout(*river.Job[riverArgs]) time.Duration { return r.job.Timeout }

func (r *runner) NextRetry(j *river.Job[riverArgs]) time.Time {
	return r.q.now().Add(max(r.job.Backoff(j.Attempt), 0))
}

func (r *runner) Work(ctx context.Context, j *river.Job[riverArgs]) error {
	r.worker.active.Add(1)
	r.worker.count.Add(1)
	defer r.worker.active.Add(-1)
	t := Task{ID: j.ID, Kind: j.Kind, Args: []byte(j.Args.Args), Attempt: j.Attempt, Added: j.CreatedAt}
	v := r.q.attempt(ctx, r.job, t, j.Attempt >= j.MaxAttempts, r.worker.halted.Load)
	switch v.outcome {
	case later, returned:
		return river.JobSnooze(v.wait)
	case dead:
		if j.Attempt < j.MaxAttempts {
			return river.JobCancel(v.err)
		}
	}
	return v.err
}
