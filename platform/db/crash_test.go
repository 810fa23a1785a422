package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

const crashEnv = "HOTLANE_DB_CRASH_DIR"

// TestKilled kills a process that writes, and looks for every row that it acknowledged.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(crashEnv); dir != "" {
		writeForever(t, dir)
	}
	data := t.TempDir()
	seen := 0
	for range 3 {
		seen += killAfter(t, data, 200)
		set := db.NewSet(db.Config{}, data, db.Options{}) // the lock is free: its process is gone
		if n := count(t, set.DB("suite")); n < seen {
			t.Errorf("%d rows of %d acknowledged", n, seen)
		}
		must(t, set.Close())
	}
}

// killAfter starts this test in a process of its own and ends it by SIGKILL once it has acknowledged so many rows; it gives
// how many it had.
func killAfter(t *testing.T, data string, rows int) (acknowledged int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), crashEnv+"="+data)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, err := strconv.Atoi(lines.Text()); err != nil {
			t.Fatalf("the process says %q", lines.Text())
		}
		if acknowledged++; acknowledged == rows {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	return acknowledged
}

// writeForever prints each row's number after it is durable.
func writeForever(t *testing.T, dir string) {
	set := db.NewSet(db.Config{}, dir, db.Options{})
	must(t, set.Migrate(t.Context(), "suite", dbtest.Migrations(t)))
	d := set.DB("suite")
	start := count(t, d)
	b := db.NewBatcher(d, 64, func(ctx context.Context, tx *db.Tx, ops []int) error {
		for _, op := range ops {
			if err := add(ctx, tx, op); err != nil {
				return err
			}
		}
		return nil
	})
	go func() { panic(b.Run(context.Background())) }()
	for w := range 8 {
		go func() {
			for i := range 1_000_000 {
				n := start + 1_000_000_000*w + i
				if err := b.Do(context.Background(), n); err != nil {
					panic(err)
				}
				fmt.Println(n)
			}
		}()
	}
	select {}
}
