//go:build integration

package jobs_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/jobs"
	"github.com/hotlane/hotlane/platform/telemetry"
)

const (
	killEnv = "HOTLANE_JOBS_KILL" // what the process that is killed works on: a killed
	kills   = 15

	patience = 2 * time.Minute // only ever waited for by a process that hangs
)

// killed says where a process works, and which numbers it begins with.
type killed struct {
	Dir, DSN string
	First    int
}

func (k killed) set() *db.Set {
	return db.NewSet(db.Config{DSN: telemetry.Secret(k.DSN), Connections: 8}, k.Dir, db.Options{})
}

const recordTables = `-- +goose Up
CREATE TABLE wanted (n BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE ran (n BIGINT NOT NULL);
`

func records() fstest.MapFS {
	file := &fstest.MapFile{Data: []byte(recordTables)}
	return fstest.MapFS{"sqlite/00001_records.sql": file, "postgres/00001_records.sql": file}
}

// recorder is a queue with one kind of work, which leaves a row in its database each time it has run.
func recorder(t *testing.T, set *db.Set, after func()) (*db.DB, *jobs.Queue) {
	t.Helper()
	must(t, set.Migrate(t.Context(), "suite", records()))
	d := set.DB("suite")
	q := jobs.New(d, jobs.Deps{})
	record := jobs.Of("record", func(ctx context.Context, n int) error {
		defer after()
		return d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO ran (n) VALUES ($1)`, n)
			return err
		})
	})
	record.Attempts, record.Workers = 1000, 8
	must(t, q.Register(record))
	must(t, q.Migrate(t.Context()))
	return d, q
}

// TestKilled kills a process that adds jobs and runs them, at moments that it does not choose, and begins another. In the end every job
// that was committed has run, none that was rolled back, and no more have run twice than were under way when it was killed.
func TestKilled(t *testing.T) {
	if text := os.Getenv(killEnv); text != "" {
		var k killed
		must(t, json.Unmarshal([]byte(text), &k))
		addForEver(t, k)
	}
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		k := killed{Dir: t.TempDir(), DSN: cfg.DSN.Reveal()}
		underWay := 0
		for i := range kills {
			k.First = i * 1_000_000
			killAfter(t, k, 20+rand.IntN(150))
			underWay += running(t, k)
		}
		finish(t, k, underWay)
	})
}

// killAfter starts this test in a process of its own and ends it by SIGKILL once it has committed so many jobs.
func killAfter(t *testing.T, k killed, committed int) {
	t.Helper()
	text, err := json.Marshal(k)
	must(t, err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), killEnv+"="+string(text))
	out, err := cmd.StdoutPipe()
	must(t, err)
	var said bytes.Buffer
	cmd.Stderr = &said
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) }) // it says where each goroutine is
	defer stuck.Stop()
	lines, seen := bufio.NewScanner(out), 0
	for lines.Scan() {
		if lines.Text() != "committed" {
			t.Fatalf("the process says %q", lines.Text())
		}
		if seen++; seen == committed {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || seen < committed {
		t.Fatalf("the process ended by itself or was stuck, %d committed: %v\n%s", seen, err, &said)
	}
}

// addForEver says each time that a job is committed; every third is rolled back. As many wait as half the window, at most.
func addForEver(t *testing.T, k killed) {
	window := make(chan struct{}, 64)
	leave := func() { // jobs that an earlier process left behind leave too, and never came in
		select {
		case <-window:
		default:
		}
	}
	d, q := recorder(t, k.set(), leave)
	go func() { panic(fmt.Sprint("it ended: ", q.Run(context.Background()))) }()
	undone := errors.New("undone")
	for w := range 4 {
		go func() {
			for n := k.First + w; ; n += 4 {
				window <- struct{}{}
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					if _, err := tx.Exec(context.Background(), `INSERT INTO wanted (n) VALUES ($1)`, n); err != nil {
						return err
					}
					if err := q.Add(context.Background(), tx, "record", n); err != nil || n%3 != 0 {
						return err
					}
					return undone
				})
				switch {
				case err == nil:
					fmt.Println("committed")
				case errors.Is(err, undone):
					leave()
				default:
					panic(err)
				}
			}
		}()
	}
	select {}
}

// running is how many jobs were under way when their process ended.
func running(t *testing.T, k killed) (n int) {
	t.Helper()
	set := k.set()
	defer func() { must(t, set.Close()) }()
	q := jobs.New(set.DB("suite"), jobs.Deps{})
	for _, c := range countsOf(t, q) {
		n += int(c.Running)
	}
	return n
}

func finish(t *testing.T, k killed, underWay int) {
	t.Helper()
	set := k.set()
	defer func() { must(t, set.Close()) }()
	d, q := recorder(t, set, func() {})
	for { // PostgreSQL may take a moment to see that the process is gone
		_, err := q.Work(t.Context())
		must(t, err)
		if len(countsOf(t, q)) == 0 {
			break
		}
	}
	one := func(query string) (n int) {
		must(t, d.QueryRow(t.Context(), query).Scan(&n))
		return n
	}
	wanted, ran := one(`SELECT count(*) FROM wanted`), one(`SELECT count(*) FROM ran`)
	if n := one(`SELECT count(*) FROM wanted WHERE n NOT IN (SELECT n FROM ran)`); n > 0 {
		t.Errorf("%d of %d jobs were lost", n, wanted)
	}
	if n := one(`SELECT count(*) FROM ran WHERE n NOT IN (SELECT n FROM wanted)`); n > 0 {
		t.Errorf("%d ran that were rolled back", n)
	}
	if twice := ran - wanted; twice > underWay {
		t.Errorf("%d ran again, and %d were under way", twice, underWay)
	}
	t.Logf("%d jobs, %d kills, %d under way then, %d runs", wanted, kills, underWay, ran)
}
