package jobs

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/hotlane/hotlane/platform/db"
)

const aliveEvery = 10 * time.Second // how often a process looks for jobs of processes that have ended

func (e *riverQueue) run(ctx context.Context) error {
	e.starting.Lock() // Drain waits for what is being started
	if e.isDrained() {
		e.starting.Unlock()
		<-ctx.Done()
		return nil
	}
	w, err := e.start(ctx, e.id, true)
	if err != nil {
		e.starting.Unlock()
		return err
	}
	house, hush := context.WithCancel(ctx)
	defer hush()
	quiet := make(chan struct{})
	e.mu.Lock()
	e.worker, e.over, e.quiet, e.hush = w, ctx, quiet, hush
	e.mu.Unlock()
	e.starting.Unlock()
	e.housekeeping(house, w)
	close(quiet)
	<-ctx.Done()
	if err := e.finish(ctx); err != nil {
		e.q.log.Error("jobs: some do not stop; they run again after this process", "database", e.q.db.Name(), "error", err)
	}
	return nil
}

func (e *riverQueue) isDrained() bool {
	select {
	case <-e.drained:
		return true
	default:
		return false
	}
}

// housekeeping is what every process does beside its client, until it drains.
func (e *riverQueue) housekeeping(ctx context.Context, w *riverWorker) {
	var alive, gauge time.Time
	for {
		wait, err := e.periodic(ctx)
		if now := time.Now(); err == nil && now.Sub(alive) >= aliveEvery {
			alive = now
			if err = w.alive.check(ctx); err == nil {
				err = e.free(ctx, e.id)
			}
		}
		if now := time.Now(); err == nil && now.Sub(gauge) >= gaugesEvery {
			gauge = now
			err = e.q.gauge(ctx)
		}
		if err != nil && ctx.Err() == nil {
			e.q.log.Error("jobs: the database cannot", "database", e.q.db.Name(), "error", err)
			wait = retryWait
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

func (e *riverQueue) periodic(ctx context.Context) (wait time.Duration, err error) {
	next, err := e.q.periods.tick(ctx)
	if err != nil {
		return 0, err
	}
	micros := min(next-e.q.now().UnixMicro(), lookEvery.Microseconds())
	return time.Duration(max(micros, 0)) * time.Microsecond, nil
}

func (e *riverQueue) drain(ctx context.Context) error { return e.finish(ctx) }

// finish stops the client once; whoever comes second waits for the first. When run's context ends, nobody waits for jobs any more.
func (e *riverQueue) finish(ctx context.Context) error {
	e.drain1.Do(func() { close(e.drained) })
	e.starting.Lock() // until what is being started has
	e.mu.Lock()
	w, over, quiet, hush := e.worker, e.over, e.quiet, e.hush
	e.mu.Unlock()
	e.starting.Unlock()
	if w == nil {
		return nil
	}
	e.stop1.Do(func() {
		hush()
		<-quiet
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(over, cancel)()
		err := w.stop(ctx, e.q)
		e.mu.Lock()
		e.left = err
		e.mu.Unlock()
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.left
}

const workLook = 5 * time.Millisecond

// work has a client of its own, which does not lead, until nothing is due and nothing of it runs.
func (e *riverQueue) work(ctx context.Context) (n int, err error) {
	id := rand.Text()
	if err := e.free(ctx, id); err != nil {
		return 0, err
	}
	if busy, err := e.busy(ctx, id); err != nil || !busy {
		return 0, err
	}
	w, err := e.start(ctx, id, false)
	if err != nil {
		return 0, err
	}
	err = e.until(ctx, id)
	if stop := w.stop(ctx, e.q); err == nil {
		err = stop
	}
	return int(w.count.Load()), err
}

func (e *riverQueue) until(ctx context.Context, id string) error {
	tick := time.NewTicker(workLook)
	defer tick.Stop()
	for {
		if busy, err := e.busy(ctx, id); err != nil || !busy {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// busy adds periodic work and makes available what is due, which River's leader does every few seconds, and says whether there is anything to wait for.
func (e *riverQueue) busy(ctx context.Context, id string) (busy bool, err error) {
	if _, err := e.q.periods.tick(ctx); err != nil {
		return false, err
	}
	var kinds []string
	for _, j := range e.q.kinds() {
		kinds = append(kinds, j.Kind)
	}
	list, now := strings.Join(kinds, ","), e.q.now().UnixMicro()
	err = e.q.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE river_job SET state = 'available' WHERE state IN ('scheduled', 'retryable')
			AND kind = ANY (string_to_array($1, ',')) AND scheduled_at <= 'epoch'::timestamptz + $2::bigint * INTERVAL '1 microsecond'`,
			list, now)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM river_job WHERE state = 'available'
				AND kind = ANY (string_to_array($1, ',')) AND scheduled_at <= 'epoch'::timestamptz + $2::bigint * INTERVAL '1 microsecond')
			OR EXISTS (SELECT 1 FROM river_job WHERE state = 'running' AND attempted_by[array_length(attempted_by, 1)] = $3)`,
			list, now, id).Scan(&busy)
	})
	return busy, err
}
