//go:build integration

package jobs_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs"
)

// TestOwners: the jobs and the leadership of a client that is gone are free at once, those of one that lives are its own.
func TestOwners(t *testing.T) {
	set := dbtest.NewSet(t, dbtest.Postgres(t), db.Options{})
	begun := make(chan jobs.Task, 10)
	d, living := open(t, set, jobs.Job{Kind: "mail", Workers: 1, Run: func(ctx context.Context, task jobs.Task) error {
		begun <- task
		<-ctx.Done()
		return ctx.Err()
	}})
	must(t, addMany(t.Context(), d, living, 3))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- living.Run(ctx) }()
	held := <-begun

	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempted_by = '{gone}',
			attempt = CASE WHEN args ->> 'args' = $1 THEN max_attempts ELSE 1 END WHERE state = 'available'`, "2")
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), `INSERT INTO river_leader (leader_id, elected_at, expires_at)
			VALUES ('gone', now(), now() + INTERVAL '1 hour')
			ON CONFLICT (name) DO UPDATE SET leader_id = 'gone', elected_at = now(), expires_at = excluded.expires_at`)
		return err
	}))
	var ran []jobs.Task
	_, second := open(t, set, jobs.Job{Kind: "mail", Workers: 1, Run: func(_ context.Context, task jobs.Task) error {
		ran = append(ran, task)
		return nil
	}})
	n, err := second.Work(t.Context())
	must(t, err)
	if n != 1 || len(ran) != 1 || ran[0].Attempt != 2 || string(ran[0].Args) != "1" || ran[0].ID == held.ID {
		t.Errorf("%d attempts: %+v", n, ran)
	}
	list, err := second.Dead(t.Context(), 10)
	must(t, err)
	if len(list) != 1 || list[0].Args != "2" || !strings.Contains(list[0].Error, "process ended") {
		t.Errorf("dead: %+v", list)
	}
	var leaders int
	must(t, d.QueryRow(t.Context(), `SELECT count(*) FROM river_leader WHERE leader_id = 'gone'`).Scan(&leaders))
	if leaders != 0 {
		t.Error("the leader that is gone still leads")
	}
	cancel()
	must(t, <-ended)
	if n, err = second.Work(t.Context()); err != nil || n != 1 || ran[1].ID != held.ID || ran[1].Attempt != 1 {
		t.Errorf("what the other gave back: %d %+v %v", n, ran, err)
	}
}
