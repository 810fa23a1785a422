package outbox_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/outbox"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// What a process of TestKilled is told: where its data are.
const (
	crashDir = "HOTLANE_OUTBOX_CRASH_DIR"
	crashDSN = "HOTLANE_OUTBOX_CRASH_DSN"
)

// TestKilled kills a process that tells and hears at once, several times, wherever it is just then. What it acknowledged takes effect,
// and nothing takes effect twice.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		tellForever(t, db.Config{DSN: telemetry.Secret(os.Getenv(crashDSN))}, dir)
	}
	dbtest.EachConfig(t, func(t *testing.T, cfg db.Config) {
		dir := t.TempDir()
		var told []int
		for _, lines := range []int{20, 150, 200} {
			told = append(told, killAfter(t, cfg, dir, lines)...)
		}
		set := db.NewSet(cfg, dir, db.Options{})
		defer func() { must(t, set.Close()) }()
		p := open(t, set, newClock(), outbox.Options{})
		p.passLeases()
		p.start(nil).work()
		for _, lane := range []string{"stock", "mails"} {
			times := map[int]int{}
			for _, n := range p.effects(lane, sold) {
				times[n]++
			}
			for n, many := range times {
				if many != 1 {
					t.Errorf("%s: %d took effect %d times", lane, n, many)
				}
			}
			for _, n := range told {
				if times[n] == 0 {
					t.Errorf("%s: %d was acknowledged and took no effect", lane, n)
				}
			}
		}
		if n := p.waiting(); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// killAfter starts this test in a process of its own and ends it by SIGKILL once it has written so many lines; it gives the
// numbers that were told.
func killAfter(t *testing.T, cfg db.Config, dir string, lines int) (told []int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashDSN+"="+cfg.DSN.Reveal())
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	scan := bufio.NewScanner(out)
	for seen := 0; scan.Scan(); {
		if n, err := strconv.Atoi(scan.Text()); err == nil {
			told = append(told, n)
		} else if scan.Text() != "heard" {
			t.Fatalf("the process says %q", scan.Text())
		}
		if seen++; seen == lines {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}
	return told
}

// tellForever writes each number that is told after it is durable, and a line for each effect right after its commit.
func tellForever(t *testing.T, cfg db.Config, dir string) {
	set := db.NewSet(cfg, dir, db.Options{})
	p := open(t, set, newClock(), outbox.Options{Poll: time.Millisecond})
	p.passLeases()
	p.start(func(_ context.Context, tx *db.Tx, _ outbox.Event, _ int) error {
		tx.After(func() { fmt.Println("heard") })
		return nil
	})
	go func() { panic(p.relay.Run(context.Background())) }()
	for w := range 4 {
		go func() {
			for i := range 1_000_000 {
				n := os.Getpid()*100_000_000 + w*10_000_000 + i
				p.tell(sold, n)
				fmt.Println(n)
			}
		}()
	}
	select {}
}

// passLeases moves the clock to when the leases of a process that was killed are over.
func (p *process) passLeases() {
	p.t.Helper()
	until := int64(p.count("shop", `SELECT COALESCE(MAX(until), 0) FROM hotlane_leases`))
	p.clock.micros.Store(max(until, p.clock.micros.Load()))
}
