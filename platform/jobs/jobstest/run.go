package jobstest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// gate is a job that says that it has begun and waits to be let through.
type gate struct {
	log
	begun chan jobs.Task
	pass  chan error

	mu        sync.Mutex
	now, most int
}

func newGate() *gate { return &gate{begun: make(chan jobs.Task, 1000), pass: make(chan error, 1000)} }

func (g *gate) run(ctx context.Context, t jobs.Task) error {
	g.enter(1)
	defer g.enter(-1)
	g.add(t)
	g.begun <- t
	select {
	case err := <-g.pass:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) enter(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now += n
	g.most = max(g.most, g.now)
}

func wakes(t *testing.T, f *fixture) {
	g := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run})
	start(t, q)
	for i := range 20 { // each is added when the one before has begun: nothing else wakes the queue
		g.pass <- nil
		f.add(t, q, "mail", i)
		if task := <-g.begun; string(task.Args) != fmt.Sprint(i) {
			t.Fatalf("%s ran, not %d", task.Args, i)
		}
	}
}

func workers(t *testing.T, f *fixture) {
	g := newGate()
	other := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run, Workers: 3}, jobs.Job{Kind: "push", Run: other.run, Workers: 1})
	start(t, q)
	for i := range 12 {
		f.add(t, q, "mail", i)
	}
	for range 3 {
		<-g.begun
	}
	f.add(t, q, "push", 1) // one kind does not hold up another
	<-other.begun
	other.pass <- nil
	for range 12 {
		g.pass <- nil
	}
	for range 9 {
		<-g.begun
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.most != 3 {
		t.Errorf("%d at one time", g.most)
	}
}

func drainFinishes(t *testing.T, f *fixture) {
	g := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run, Workers: 1})
	stop := start(t, q)
	f.add(t, q, "mail", 1)
	f.add(t, q, "mail", 2) // begins only if the first ends before Drain has been heard
	<-g.begun
	drained := make(chan error, 1)
	go func() { drained <- q.Drain(context.Background()) }()
	g.pass <- nil
	g.pass <- nil
	must(t, <-drained)
	ran := len(g.all())
	left(t, q, 2-ran)
	f.add(t, q, "mail", 3)
	must(t, q.Drain(t.Context())) // again
	stop()
	if n := len(g.all()); n != ran {
		t.Errorf("%d began after it was drained", n-ran)
	}
	left(t, q, 3-ran)
}

// left: the jobs that are still there wait, and nothing runs.
func left(t *testing.T, q *jobs.Queue, waiting int) {
	t.Helper()
	list, err := q.Counts(t.Context())
	must(t, err)
	var got jobs.Count
	for _, c := range list {
		got.Waiting, got.Running, got.Dead = got.Waiting+c.Waiting, got.Running+c.Running, got.Dead+c.Dead
	}
	if want := (jobs.Count{Waiting: int64(waiting)}); got != want {
		t.Errorf("%+v, not %+v", got, want)
	}
}

func drainReturns(t *testing.T, f *fixture) {
	g := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run, Attempts: 1})
	stop := start(t, q)
	f.add(t, q, "mail", "x")
	first := <-g.begun
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, q.Drain(ctx))
	left(t, q, 1)
	stop()

	again := newGate()
	again.pass <- nil
	next := f.live(t, jobs.Job{Kind: "mail", Run: again.run, Attempts: 1})
	work(t, next, 1)
	if second := <-again.begun; second.ID != first.ID || second.Attempt != 1 {
		t.Errorf("%+v then %+v", first, second)
	}
	left(t, q, 0)
}

func endReturns(t *testing.T, f *fixture) {
	g := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run, Attempts: 1})
	stop := start(t, q)
	f.add(t, q, "mail", "x")
	<-g.begun
	stop()
	left(t, q, 1)
	if err := q.Run(t.Context()); err == nil {
		t.Error("it runs twice")
	}
}

func drainFirst(t *testing.T, f *fixture) {
	g := newGate()
	q := f.live(t, jobs.Job{Kind: "mail", Run: g.run})
	f.add(t, q, "mail", "x")
	must(t, q.Drain(t.Context()))
	start(t, q)()
	if n := len(g.all()); n != 0 {
		t.Errorf("%d ran", n)
	}
}

func twoQueues(t *testing.T, f *fixture) {
	const n = 300
	var mu sync.Mutex
	running, runs := make(map[int64]int), make(map[int64]int)
	all := make(chan struct{})
	job := jobs.Job{Kind: "mail", Workers: 8, Run: func(_ context.Context, task jobs.Task) error {
		mu.Lock()
		running[task.ID]++
		if running[task.ID] > 1 {
			t.Errorf("%d runs twice at a time", task.ID)
		}
		mu.Unlock()
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			running[task.ID]--
			if runs[task.ID]++; len(runs) == n && runs[task.ID] == 1 {
				close(all)
			}
		}()
		return nil
	}}
	a, b := f.live(t, job), f.live(t, job)
	start(t, a)
	start(t, b)
	for i := 0; i < n; i += 20 {
		q := []*jobs.Queue{a, b}[i/20%2]
		var entries []jobs.Entry
		for j := range 20 {
			entries = append(entries, jobs.Entry{Kind: "mail", Args: i + j})
		}
		must(t, f.db.Write(t.Context(), func(tx *db.Tx) error { return q.AddMany(t.Context(), tx, entries) }))
	}
	<-all
	must(t, a.Drain(t.Context()))
	must(t, b.Drain(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	for id, times := range runs {
		if times != 1 {
			t.Errorf("%d ran %d times", id, times)
		}
	}
	left(t, a, 0)
}

func lateRegister(t *testing.T, f *fixture) {
	var ran log
	q := f.queue(t, jobs.Job{Kind: "mail", Run: ran.run})
	work(t, q, 0)
	if err := q.Register(jobs.Job{Kind: "push", Run: ran.run}); err == nil {
		t.Error("a kind is registered after the start")
	}
}

func none(t *testing.T, f *fixture) {
	q := f.queue(t)
	work(t, q, 0)
	stop := start(t, q)
	must(t, q.Drain(t.Context()))
	stop()
	left(t, q, 0)
}

func periodic(t *testing.T, f *fixture) {
	var ran log
	job := jobs.Job{Kind: "sweep", Run: ran.run, Every: time.Hour}
	f.time = f.time.Truncate(time.Hour).Add(time.Minute)
	q := f.queue(t, job)
	work(t, q, 0) // the first is at the next full hour
	f.pass(59*time.Minute - time.Microsecond)
	work(t, q, 0)
	f.pass(time.Microsecond)
	work(t, q, 1)
	work(t, q, 0)
	f.pass(time.Hour)
	work(t, q, 1)
	f.pass(10*time.Hour + time.Minute) // ten were missed
	work(t, q, 1)
	f.pass(time.Hour - time.Minute)
	work(t, q, 1)
	f.pass(30 * time.Hour)
	work(t, f.queue(t, job), 1) // missed while no process ran

	job.Every = time.Minute // a later version has it more often
	q = f.queue(t, job)
	work(t, q, 0)
	f.pass(time.Minute)
	work(t, q, 1)
	for _, a := range ran.args() {
		if a != "null" {
			t.Errorf("arguments: %s", a)
		}
	}
}

func periodicWaits(t *testing.T, f *fixture) {
	b := &broken{err: jobs.Later(150 * time.Minute)}
	f.time = f.time.Truncate(time.Hour)
	q := f.queue(t, jobs.Job{Kind: "sweep", Run: b.run, Every: time.Hour})
	work(t, q, 0)
	for _, want := range []int{1, 0, 0} { // put off until 3:30
		f.pass(time.Hour)
		work(t, q, want)
	}
	b.err = nil
	f.pass(30 * time.Minute)
	work(t, q, 1)
	f.pass(30 * time.Minute)
	work(t, q, 1)
}

func periodicTwice(t *testing.T, f *fixture) {
	var ran log
	job := jobs.Job{Kind: "sweep", Run: ran.run, Every: time.Minute}
	f.time = f.time.Truncate(time.Minute)
	a, b := f.queue(t, job), f.queue(t, job)
	work(t, a, 0)
	work(t, b, 0)
	for i := range 3 {
		f.pass(time.Minute)
		errs := make(chan error, 2)
		for _, q := range []*jobs.Queue{a, b} {
			go func() {
				_, err := q.Work(t.Context())
				errs <- err
			}()
		}
		must(t, <-errs)
		must(t, <-errs)
		if n := len(ran.all()); n != i+1 {
			t.Fatalf("%d runs in %d periods", n, i+1)
		}
	}
}
