//go:build integration

package e2e

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// TestLiveHistoriesWhileTheDatabaseIsLocked: another program holds the database's lock for longer than is waited for it, so that commits
// fail. Nothing is acknowledged that is not there later, and everything is taken when the lock is gone.
func TestLiveHistoriesWhileTheDatabaseIsLocked(t *testing.T) {
	base := uint64(number(t, "HOTLANE_E2E_SEED", time.Now().UnixNano()))
	dir := site(t, liveConfig+"db: {busy_timeout: 50ms}\n")
	p := start(t, dir, "serve", "--lanes=papers")
	url := func() string { return socketOf(p) }
	other, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data", "live.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	var sum tally
	for n := range 5 {
		sum.add(liveHistory(t, plainKind, base+uint64(n), url, func() {
			failed := p.metric("hotlane_live_operations_failed_total")
			must := func(statement string) {
				if _, err := other.ExecContext(t.Context(), statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
			g := &gathering{liveKind: plainKind(t, nil, "locked"+strconv.Itoa(n)), t: t, url: url, began: time.Now()}
			m := g.join(t.Context(), "locked0", uint64(n))
			must("PRAGMA busy_timeout = 10000")
			must("BEGIN IMMEDIATE")
			m.sub.Send([]byte(`{"op":"locked00:1"}`), nil)
			p.until("a commit fails", func() bool { return p.metric("hotlane_live_operations_failed_total") > failed })
			must("ROLLBACK")
			m.c.Close()
		}))
		if t.Failed() {
			t.Fatalf("HOTLANE_E2E_SEED=%d\n%s", base+uint64(n), p.err)
		}
	}
	t.Logf("HOTLANE_E2E_SEED=%d: %s", base, sum)
}

// metric is the sum of a counter over its labels.
func (p *process) metric(name string) (sum float64) {
	p.t.Helper()
	a := p.do("GET", "/_hotlane/metrics", adminKey, "")
	for _, m := range regexp.MustCompile(`(?m)^`+name+`(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(a.body, -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			p.t.Fatal(err)
		}
		sum += n
	}
	return sum
}
