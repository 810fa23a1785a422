package jobs

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

const (
	lookEvery  = 5 * time.Second // at least so often, since clocks are set and tests have their own
	cleanEvery = time.Hour
	stopWait   = 5 * time.Second // for what was told to stop
	retryWait  = time.Second     // when the database cannot
)

// round is what one commit does: it writes what came of jobs, and claims others for the workers that are free. One goroutine does
// this for all kinds, so that however many jobs end and begin meanwhile, one sync of the disk is for all of them.
type round struct {
	e       *claims
	results chan result    // as many as there are workers
	ended   []result       // not written yet
	free    map[*Job]int   // workers
	first   map[*Job]int64 // when the first job that waits is due, unix microseconds; 0: look
	clean   time.Time
	gauge   time.Time
}

func (e *claims) run(ctx context.Context) error {
	e.mu.Lock()
	e.began = true
	e.mu.Unlock()
	defer e.halt()
	lasting := context.WithoutCancel(ctx)
	if err := e.free(lasting); err != nil {
		close(e.idle)
		return err
	}
	r := &round{e: e, free: make(map[*Job]int), first: make(map[*Job]int64)}
	all := 0
	for _, j := range e.q.kinds() {
		r.free[j] = j.Workers
		all += j.Workers
	}
	r.results = make(chan result, all)
	r.loop(ctx, lasting, all)
	close(e.idle)
	<-ctx.Done()
	return nil
}

// loop ends when ctx has, or nothing may be claimed any more, and nothing runs.
func (r *round) loop(ctx, lasting context.Context, all int) {
	var late <-chan time.Time // what was told to stop does not
	drained := r.e.drained
	stop := ctx.Done()
	draining := r.e.isDrained()
	if draining {
		drained = nil
	}
	for {
		wait := r.step(lasting, draining)
		if draining && r.running(all) == 0 && len(r.ended) == 0 {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case res := <-r.results:
			r.ended = append(r.ended, res)
		case <-r.e.wake:
		case <-timer.C:
			clear(r.first) // clocks are set
		case <-drained:
			draining, drained = true, nil
		case <-stop:
			draining, stop = true, nil
			r.e.halt()
			late = time.After(stopWait)
		case <-late:
			r.e.q.log.Error("jobs: some do not stop; they run again after this process", "database", r.e.q.db.Name(), "jobs", r.running(all))
			timer.Stop()
			return
		}
		timer.Stop()
		r.collect()
	}
}

func (e *claims) isDrained() bool {
	select {
	case <-e.drained:
		return true
	default:
		return false
	}
}

func (r *round) running(all int) int {
	for _, n := range r.free {
		all -= n
	}
	return all - len(r.ended)
}

func (r *round) collect() {
	for {
		select {
		case res := <-r.results:
			r.ended = append(r.ended, res)
		default:
			return
		}
	}
}

// step does what there is to do and says how long there will be nothing.
func (r *round) step(ctx context.Context, draining bool) time.Duration {
	period := int64(math.MaxInt64)
	err := error(nil)
	if !draining {
		period, err = r.e.q.periods.tick(ctx)
	}
	if err == nil {
		err = r.commit(ctx, draining)
	}
	if err == nil && !draining {
		err = r.housekeeping(ctx)
	}
	if err != nil {
		r.e.q.log.Error("jobs: the database cannot", "database", r.e.q.db.Name(), "error", err)
		return retryWait
	}
	if draining {
		return lookEvery
	}
	due := period
	for j, n := range r.free {
		if n > 0 {
			due = min(due, r.first[j])
		}
	}
	wait := min(due-r.e.q.now().UnixMicro(), lookEvery.Microseconds())
	return time.Duration(max(wait, 0)) * time.Microsecond
}

func (r *round) commit(ctx context.Context, draining bool) error {
	r.noteAdded()
	free := maps.Clone(r.free)
	for _, res := range r.ended {
		free[res.job]++
		if res.outcome != done { // it waits again
			r.first[res.job] = 0
		}
	}
	var look []*Job
	for _, j := range r.e.q.kinds() {
		if !draining && free[j] > 0 && r.first[j] <= r.e.q.now().UnixMicro() {
			look = append(look, j)
		}
	}
	if len(r.ended) == 0 && len(look) == 0 {
		return nil
	}
	var tasks []claimed
	first := make(map[*Job]int64)
	err := r.e.q.db.Write(ctx, func(tx *db.Tx) error {
		tasks = nil
		if err := r.e.settle(ctx, tx, r.ended); err != nil {
			return err
		}
		now := r.e.q.now().UnixMicro()
		for _, j := range look {
			list, err := r.e.claim(ctx, tx, j, now, free[j])
			if err != nil {
				return err
			}
			tasks = append(tasks, list...)
			if first[j] = 0; len(list) == free[j] {
				continue
			}
			if first[j], err = r.e.next(ctx, tx, j.Kind); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		clear(r.first)
		return err
	}
	r.ended, r.free = nil, free
	maps.Copy(r.first, first)
	r.begin(tasks)
	return nil
}

// noteAdded learns of which kinds there are new jobs.
func (r *round) noteAdded() {
	r.e.mu.Lock()
	defer r.e.mu.Unlock()
	for _, j := range r.e.q.kinds() {
		if r.e.added[j.Kind] || r.e.added[""] {
			r.first[j] = 0
		}
	}
	clear(r.e.added)
}

func (r *round) begin(tasks []claimed) {
	for _, c := range tasks {
		r.free[c.job]--
		r.e.enter(1)
		go func() { // as many as there are workers; loop waits for them
			res := r.e.attempt(r.e.halted, c)
			r.e.enter(-1)
			r.results <- res
		}()
	}
}

func (e *claims) enter(n int) {
	e.mu.Lock()
	e.working += n
	e.mu.Unlock()
}

func (e *claims) attempt(ctx context.Context, c claimed) result {
	halted := func() bool { return ctx.Err() != nil }
	return result{c, e.q.attempt(ctx, c.job, c.task, c.task.Attempt >= c.job.Attempts, halted)}
}

func (r *round) housekeeping(ctx context.Context) error {
	now := r.e.q.now()
	if d := now.Sub(r.clean); d >= cleanEvery || d < 0 {
		if err := r.e.clean(ctx); err != nil {
			return err
		}
		r.clean = now
	}
	if d := now.Sub(r.gauge); d >= gaugesEvery || d < 0 {
		if err := r.e.q.gauge(ctx); err != nil {
			return err
		}
		r.gauge = now
	}
	return nil
}

func (e *claims) drain(ctx context.Context) error {
	e.drain1.Do(func() { close(e.drained) })
	e.mu.Lock()
	began := e.began
	e.mu.Unlock()
	if !began {
		return nil
	}
	select {
	case <-e.idle:
	case <-ctx.Done():
		e.halt()
		t := time.NewTimer(stopWait)
		defer t.Stop()
		select {
		case <-e.idle:
		case <-t.C:
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return stuck(e.q, e.working)
}

func stuck(q *Queue, n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("jobs: %d of %s do not stop", n, q.db.Name())
}
