//go:build integration

package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
)

// liveFleet is nodes on one PostgreSQL with one bus. Clients connect to any that serves.
type liveFleet struct {
	t      *testing.T
	papers func(*testing.T) *db.DB
	dirs   []string

	mu    sync.Mutex
	nodes []*process // nil: it does not serve now
}

func newLiveFleet(t *testing.T, redis string) *liveFleet {
	t.Helper()
	cfg := dbtest.Postgres(t)
	papers := dbIn(t, cfg, t.TempDir())
	f := &liveFleet{t: t, papers: func(*testing.T) *db.DB { return papers }}
	config := liveConfig + "db: {dsn: \"" + cfg.DSN.Reveal() + "\"}\nbus: {redis: \"" + redis + "\"}\n"
	for range 3 {
		dir := site(t, strings.Replace(config, "hub: {", "hub: {check: 200ms, ", 1))
		f.dirs = append(f.dirs, dir)
		f.nodes = append(f.nodes, start(t, dir, "serve", "--lanes=papers"))
	}
	return f
}

// url is any node's that serves.
func (f *liveFleet) url() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		if p := f.nodes[rand.IntN(len(f.nodes))]; p != nil {
			return socketOf(p)
		}
	}
}

// renew ends a node and starts it again. Nobody new goes to it meanwhile.
func (f *liveFleet) renew(i int, end func(*process)) {
	f.mu.Lock()
	p := f.nodes[i]
	f.nodes[i] = nil
	f.mu.Unlock()
	end(p)
	p = start(f.t, f.dirs[i], "serve", "--lanes=papers")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[i] = p
}

func (f *liveFleet) metric(name string) (sum float64) {
	for _, p := range f.nodes {
		sum += p.metric(name)
	}
	return sum
}

func (f *liveFleet) output() (all string) {
	for i, p := range f.nodes {
		if p != nil {
			all += fmt.Sprintf("node %d:\n%s\n", i, p.err)
		}
	}
	return all
}

// histories runs some, each with one of the strikes.
func (f *liveFleet) histories(count int, strikes ...func(rng *rand.Rand)) {
	f.t.Helper()
	base := uint64(number(f.t, "HOTLANE_E2E_SEED", time.Now().UnixNano()))
	var sum tally
	for n := range count {
		seed := base + uint64(n)
		rng := rand.New(rand.NewPCG(seed, 2))
		strike := strikes[rng.IntN(len(strikes))]
		if count > 1 { // each has its turn
			strike = strikes[n%len(strikes)]
		}
		kind := plainKind
		if rng.IntN(2) == 0 {
			kind = paperKind(f.papers)
		}
		sum.add(liveHistory(f.t, kind, seed, f.url, func() { strike(rng) }))
		if f.t.Failed() {
			f.t.Fatalf("strike %d, HOTLANE_E2E_SEED=%d -histories 20\n%s", n%len(strikes), seed, f.output())
		}
	}
	f.t.Logf("%d histories from HOTLANE_E2E_SEED=%d: %s; since they were last started %.0f commits lost against another node, %.0f gaps were filled",
		count, base, sum, f.metric("hotlane_live_commit_conflicts_total"), f.metric("hotlane_live_gaps_total"))
}

// TestLiveHistoriesOnThreeNodes has people write through all three at once. A node is killed, or told to end, or Redis is killed, or
// stands still for a while, or a node and Redis are killed together: nothing acknowledged is lost or doubled, and all are shown the same.
func TestLiveHistoriesOnThreeNodes(t *testing.T) {
	redis := cachetest.Start(t)
	f := newLiveFleet(t, "redis://"+redis.Address())
	killed := func(p *process) { p.kill() }
	ended := func(p *process) {
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d\n%s", code, p.err)
		}
	}
	f.histories((*histories+3)/4,
		func(rng *rand.Rand) { f.renew(rng.IntN(3), killed) },
		func(*rand.Rand) { redis.Kill(t); redis.Restart(t) },
		func(rng *rand.Rand) { f.renew(rng.IntN(3), ended) },
		func(rng *rand.Rand) { redis.Kill(t); f.renew(rng.IntN(3), killed); redis.Restart(t) },
		func(rng *rand.Rand) {
			redis.Signal(t, syscall.SIGSTOP)
			f.renew(rng.IntN(3), killed)
			redis.Signal(t, syscall.SIGCONT)
		},
	)
}

// TestLiveHistoriesWhileSentinelFailsOver kills the master of the bus's Redis; Sentinel puts its replica in its place.
func TestLiveHistoriesWhileSentinelFailsOver(t *testing.T) {
	master, replica, url := cachetest.Sentinel(t)
	f := newLiveFleet(t, url)
	f.histories(2,
		func(*rand.Rand) { // nothing is there yet, and then the replica is the master
			master.Kill(t)
			for range cachetest.Until(t) {
				if strings.Contains(replica.Say("INFO", "replication"), "role:master") {
					return
				}
			}
		},
		func(*rand.Rand) { replica.Kill(t) }, // and there is none at all
	)
}
