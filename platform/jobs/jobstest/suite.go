// Package jobstest holds the one suite that both engines of package jobs must pass.
package jobstest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// Suite is what every engine must do. open gives an empty Set each time it is called.
func Suite(t *testing.T, open func(t *testing.T) *db.Set) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"what is committed runs, what is rolled back does not", transactional},
		{"arguments come as they were added", arguments},
		{"what cannot be added is refused", refusals},
		{"many at once", many},
		{"not before its time", at},
		{"one with a key", unique},
		{"failures are tried again", retries},
		{"the last failure makes a dead letter", deadLetter},
		{"a dead letter with a key", deadKey},
		{"all dead letters", retryAll},
		{"never and later", neverLater},
		{"panics and ended goroutines are failures", panics},
		{"arguments that cannot be read", unreadable},
		{"the time of an attempt ends", timeout},
		{"a job may add jobs", chain},
		{"periodic work", periodic},
		{"periodic work while one waits", periodicWaits},
		{"two queues add periodic work once", periodicTwice},
		{"a commit wakes", wakes},
		{"workers are bounded", workers},
		{"draining lets finish", drainFinishes},
		{"draining gives back", drainReturns},
		{"the end gives back", endReturns},
		{"drained before it runs", drainFirst},
		{"two queues never run one job twice", twoQueues},
		{"what there is, by kind", counts},
		{"nothing is registered too late", lateRegister},
		{"no jobs", none},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fixture{set: open(t), time: time.UnixMicro(time.Now().UnixMicro())}
			f.db = f.set.DB("suite")
			c.run(t, f)
		})
	}
}

// fixture is an empty database and a clock.
type fixture struct {
	set *db.Set
	db  *db.DB

	mu   sync.Mutex
	time time.Time
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.time
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.time = f.time.Add(d)
}

// queue is one whose time stands still; for Work.
func (f *fixture) queue(t *testing.T, list ...jobs.Job) *jobs.Queue {
	t.Helper()
	return f.make(t, f.now, list)
}

// live is one of the real time; for Run.
func (f *fixture) live(t *testing.T, list ...jobs.Job) *jobs.Queue {
	t.Helper()
	return f.make(t, nil, list)
}

func (f *fixture) make(t *testing.T, now func() time.Time, list []jobs.Job) *jobs.Queue {
	t.Helper()
	q := jobs.New(f.db, jobs.Deps{Now: now})
	must(t, q.Register(list...))
	must(t, q.Migrate(t.Context()))
	return q
}

func (f *fixture) add(t *testing.T, q *jobs.Queue, kind string, args any, opts ...jobs.Option) {
	t.Helper()
	must(t, f.db.Write(t.Context(), func(tx *db.Tx) error { return q.Add(t.Context(), tx, kind, args, opts...) }))
}

// work runs what is due and checks how many attempts that was.
func work(t *testing.T, q *jobs.Queue, want int) {
	t.Helper()
	n, err := q.Work(t.Context())
	must(t, err)
	if n != want {
		t.Fatalf("%d attempts, not %d", n, want)
	}
}

// start runs q until the test ends or stop is called.
func start(t *testing.T, q *jobs.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// log remembers what ran.
type log struct {
	mu    sync.Mutex
	tasks []jobs.Task
}

func (l *log) add(t jobs.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tasks = append(l.tasks, t)
}

func (l *log) run(_ context.Context, t jobs.Task) error {
	l.add(t)
	return nil
}

func (l *log) all() []jobs.Task {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]jobs.Task(nil), l.tasks...)
}

func (l *log) args() []string {
	list := []string{}
	for _, t := range l.all() {
		list = append(list, string(t.Args))
	}
	return list
}
