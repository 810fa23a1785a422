package lifecycle_test

import (
	"context"
	"io/fs"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lifecycle"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/jobs"
)

// worker has one kind of job, and notes whether there was time left when it was drained.
type worker struct {
	name   string
	run    func(context.Context) error
	inTime bool
}

func (w *worker) Name() string         { return w.name }
func (w *worker) Routes() []lane.Route { return nil }
func (w *worker) Jobs() []jobs.Job {
	return []jobs.Job{{Kind: "work", Timeout: time.Hour, Run: func(ctx context.Context, _ jobs.Task) error { return w.run(ctx) }}}
}

func (w *worker) Drain(ctx context.Context) error {
	w.inTime = ctx.Err() == nil
	return ctx.Err()
}

// TestDrain: while a job of one lane hangs, another lane begins none, and both are drained before the time is over.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := db.NewSet(db.Config{}, t.TempDir(), db.Options{})
		queues := map[string]*jobs.Queue{}
		deps := func(name string) lane.Deps {
			queues[name] = jobs.New(set.DB(name), jobs.Deps{})
			return lane.Deps{Jobs: queues[name]}
		}
		add := func(name string) {
			t.Helper()
			err := set.DB(name).Write(t.Context(), func(tx *db.Tx) error { return queues[name].Add(t.Context(), tx, "work", nil) })
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		begun := 0
		quick := &worker{name: "quick", run: func(context.Context) error { begun++; return nil }}
		hangs := &worker{name: "hangs", run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		l, err := lifecycle.Construct([]lane.Module{module(quick), module(hangs)}, deps)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Migrate(t.Context(), func(context.Context, string, fs.FS) error { return nil }); err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		worked, drained := make(chan error, 1), make(chan error, 1)
		go func() { worked <- l.Work(ctx) }()
		synctest.Wait()
		add("hangs")
		within, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() { drained <- l.Drain(within) }()
		synctest.Wait()
		add("quick")
		if err := <-drained; err != nil || !quick.inTime || !hangs.inTime {
			t.Errorf("drained: %v; in time: %v and %v", err, quick.inTime, hangs.inTime)
		}
		if begun != 0 {
			t.Error("a job was begun while another lane's finished")
		}
		end()
		if err := <-worked; err != nil {
			t.Error(err)
		}
		if err := set.Close(); err != nil {
			t.Error(err)
		}
	})
}
