package jobs_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs"
)

// statements counts what is asked of the database.
type statements struct {
	mu    sync.Mutex
	texts []string
}

func (s *statements) Observe(_ context.Context, _, text string, _ time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, text)
}

func (s *statements) since() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	texts := s.texts
	s.texts = nil
	return texts
}

func nothing(context.Context, jobs.Task) error { return nil }

func open(t testing.TB, set *db.Set, list ...jobs.Job) (*db.DB, *jobs.Queue) {
	t.Helper()
	d := set.DB("suite")
	q := jobs.New(d, jobs.Deps{})
	must(t, q.Register(list...))
	must(t, q.Migrate(t.Context()))
	return d, q
}

func addMany(ctx context.Context, d *db.DB, q *jobs.Queue, n int) error {
	entries := make([]jobs.Entry, n)
	for i := range entries {
		entries[i] = jobs.Entry{Kind: "mail", Args: i}
	}
	return d.Write(ctx, func(tx *db.Tx) error { return q.AddMany(ctx, tx, entries) })
}

func TestManyAreOneStatement(t *testing.T) {
	var seen statements
	d, q := open(t, dbtest.NewSet(t, db.Config{}, db.Options{Observer: &seen}), jobs.Job{Kind: "mail", Run: nothing})
	seen.since()
	must(t, addMany(t.Context(), d, q, 200))
	if texts := seen.since(); len(texts) != 1 {
		t.Errorf("%d statements: %q", len(texts), texts)
	}
}

// TestIdle: a queue with nothing to do looks every five seconds, with two statements for each kind.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen statements
		set := db.NewSet(db.Config{}, t.TempDir(), db.Options{Observer: &seen})
		_, q := open(t, set, jobs.Job{Kind: "mail", Run: nothing})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- q.Run(ctx) }()
		synctest.Wait()
		seen.since()
		time.Sleep(time.Minute) // of the bubble: no time passes
		synctest.Wait()
		if n := len(seen.since()); n < 12 || n > 2*13 {
			t.Errorf("%d statements in a minute", n)
		}
		cancel()
		must(t, <-ended)
		must(t, set.Close())
	})
}

// TestEarlierProcess: what another process had is free at once, and its attempts count.
func TestEarlierProcess(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	var ran []jobs.Task
	d, q := open(t, set, jobs.Job{Kind: "mail", Attempts: 3, Run: func(_ context.Context, task jobs.Task) error {
		ran = append(ran, task)
		return nil
	}})
	must(t, addMany(t.Context(), d, q, 2))
	exec := func(query string) {
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), query)
			return err
		}))
	}
	exec(`UPDATE hotlane_jobs SET state = 1, owner = 'an earlier process', attempt = 1 WHERE args = '0'`)
	exec(`UPDATE hotlane_jobs SET state = 1, owner = 'an earlier process', attempt = 3 WHERE args = '1'`)
	n, err := q.Work(t.Context())
	must(t, err)
	if n != 1 || len(ran) != 1 || string(ran[0].Args) != "0" || ran[0].Attempt != 2 {
		t.Errorf("%d attempts: %+v", n, ran)
	}
	list, err := q.Dead(t.Context(), 10)
	must(t, err)
	if len(list) != 1 || list[0].Args != "1" || !strings.Contains(list[0].Error, "process ended") {
		t.Errorf("dead: %+v", list)
	}
}

// TestDeadAreForgotten: after thirty days, when the queue runs.
func TestDeadAreForgotten(t *testing.T) {
	set := dbtest.NewSet(t, db.Config{}, db.Options{})
	d, q := open(t, set, jobs.Job{Kind: "mail", Run: func(context.Context, jobs.Task) error { return jobs.Never(context.Canceled) }})
	must(t, addMany(t.Context(), d, q, 2))
	_, err := q.Work(t.Context())
	must(t, err)
	list, err := q.Dead(t.Context(), 10)
	must(t, err)
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE hotlane_jobs SET died = $1 WHERE id = $2`,
			time.Now().Add(-jobs.Retention-time.Minute).UnixMicro(), list[0].ID)
		return err
	}))
	ran := make(chan struct{})
	_, second := open(t, set, jobs.Job{Kind: "mail", Run: func(context.Context, jobs.Task) error { close(ran); return nil }})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- second.Run(ctx) }()
	must(t, second.Retry(t.Context(), list[1].ID))
	<-ran
	must(t, second.Drain(t.Context()))
	cancel()
	must(t, <-ended)
	if list, err := q.Dead(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("dead: %+v %v", list, err)
	}
}

// TestIndexes: no statement of the queue looks at all jobs.
func TestIndexes(t *testing.T) {
	var seen statements
	set := dbtest.NewSet(t, db.Config{}, db.Options{Observer: &seen})
	d, q := open(t, set, jobs.Job{Kind: "mail", Run: nothing, Every: time.Hour})
	seen.since()
	must(t, addMany(t.Context(), d, q, 2))
	_, err := q.Work(t.Context())
	must(t, err)
	_, err = q.Dead(t.Context(), 1)
	must(t, err)
	plans := 0
	for _, text := range seen.since() {
		if strings.HasPrefix(text, "INSERT") {
			continue
		}
		args := make([]any, 0, 5)
		for i := range 5 {
			if strings.Contains(text, "$"+string(rune('1'+i))) {
				args = append(args, i)
			}
		}
		rows, err := d.Query(t.Context(), "EXPLAIN QUERY PLAN "+text, args...)
		must(t, err)
		for rows.Next() {
			var id, parent, unused int
			var detail string
			must(t, rows.Scan(&id, &parent, &unused, &detail))
			if strings.HasPrefix(detail, "SCAN hotlane_jobs") && !strings.Contains(detail, "INDEX") {
				t.Errorf("%s\n%s", text, detail)
			}
			plans++
		}
		must(t, rows.Err())
	}
	if plans < 6 {
		t.Errorf("%d plans were seen", plans)
	}
}
