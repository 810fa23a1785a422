//go:build integration

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/test/livehistory"
)

// histories is how many there are on one node; on three nodes there are a quarter of it.
var histories = flag.Int("histories", 100, "random histories of live channels, each with a kill -9")

// liveConfig has small windows and checkpoints, so that memory, logs and checkpoints all have their part in a history of a second.
const liveConfig = `live:
  channels: [{prefix: "plain:", access: public, publish: members, anonymous: true}]
  rate: 100000
  burst: 100000
  user_rate: 100000
  user_burst: 100000
  per_user: 10000
  drain: 0s
hub: {window_entries: 16, checkpoint: 20, keep: 100000}
papers: {create: {per_second: 1000, burst: 100000}, write: {per_second: 1000, burst: 100000}}
`

// liveLimit is how long a history may take on a busy machine; it takes less than a second.
const liveLimit = time.Minute

// TestLiveHistories kills the process in the middle of commits, each time with other people writing, coming and going. What holds
// afterwards is in the documentation of livehistory.
//
// HOTLANE_E2E_SEED=<the seed that is printed> -histories 1 repeats one, as far as the machine does the same again.
func TestLiveHistories(t *testing.T) {
	killWhileTheyWrite(t, site(t, liveConfig), plainKind, *histories)
}

// TestLiveHistoriesOfPapers does it with papers, whose snapshots must be what their logs fold to, and where much is refused.
func TestLiveHistoriesOfPapers(t *testing.T) {
	dir := site(t, liveConfig)
	killWhileTheyWrite(t, dir, paperKind(papersIn(dir)), (*histories+1)/2)
}

func killWhileTheyWrite(t *testing.T, dir string, kind newKind, count int) {
	base := uint64(number(t, "HOTLANE_E2E_SEED", time.Now().UnixNano()))
	p := start(t, dir, "serve", "--lanes=papers")
	var now sync.Mutex
	url := func() string {
		now.Lock()
		defer now.Unlock()
		return socketOf(p)
	}
	var sum tally
	for n := range count {
		seed := base + uint64(n)
		sum.add(liveHistory(t, kind, seed, url, func() {
			p.kill()
			q := start(t, dir, "serve", "--lanes=papers")
			now.Lock()
			defer now.Unlock()
			p = q
		}))
		if t.Failed() {
			t.Fatalf("HOTLANE_E2E_SEED=%d -histories 1\n%s", seed, p.err)
		}
	}
	t.Logf("%d histories from HOTLANE_E2E_SEED=%d: %s", count, base, sum)
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.err)
	}
}

func socketOf(p *process) string { return "ws" + p.url[len("http"):] + "/connection/websocket" }

// liveHistory is one: people write in one to three channels, strike happens after a random number of acknowledgements, they go on, and
// then all is held against the log. It gives how much there was.
func liveHistory(t *testing.T, kind newKind, seed uint64, url func() string, strike func()) (sum tally) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	ctx, cancel := context.WithTimeout(t.Context(), liveLimit)
	defer cancel()
	acks := make(chan struct{}, 1000)
	all := make([]*gathering, 1+rng.IntN(3))
	var busy sync.WaitGroup
	for i := range all {
		g := &gathering{liveKind: kind(t, siteOf(url), fmt.Sprintf("h%d-%d", seed, i)), t: t, url: url, began: time.Now(), acks: acks}
		all[i] = g
		for n := range 1 + rng.IntN(4) {
			count := 5 + rng.IntN(40)
			m := g.join(ctx, fmt.Sprintf("writer%d-%d", i, n), rng.Uint64())
			busy.Go(func() { m.write(ctx, count) })
		}
		for n := range rng.IntN(3) {
			g.join(ctx, fmt.Sprintf("reader%d-%d", i, n), rng.Uint64())
		}
	}
	awaitAcks(ctx, acks, rng.IntN(40), time.Duration(rng.IntN(2000))*time.Microsecond)
	struck := time.Now()
	strike()
	for i, g := range all {
		g.join(ctx, fmt.Sprintf("late%d", i), rng.Uint64())
	}
	busy.Wait()
	for _, g := range all {
		h := g.history(ctx)
		sum.count(h, int64(struck.Sub(g.began)))
		for _, f := range livehistory.Check(h) {
			t.Error(f)
		}
	}
	return sum
}

// tally says how much there was to judge.
type tally struct{ entries, cut, refused, runs int }

func (a *tally) add(b tally) {
	a.entries, a.cut, a.refused, a.runs = a.entries+b.entries, a.cut+b.cut, a.refused+b.refused, a.runs+b.runs
}

func (a *tally) count(h *livehistory.History, struck int64) {
	a.entries += len(h.Log)
	a.runs += len(h.Runs)
	for _, op := range h.Ops {
		switch {
		case op.Outcome == livehistory.Refused:
			a.refused++
		case op.Sent < struck && op.Acked > struck:
			a.cut++
		}
	}
}

func (a tally) String() string {
	return fmt.Sprintf("%d entries, %d operations under way at a kill, %d refused, %d runs of clients", a.entries, a.cut, a.refused, a.runs)
}

// awaitAcks waits for so many acknowledgements, but not for ever, and then a little longer.
func awaitAcks(ctx context.Context, acks <-chan struct{}, n int, more time.Duration) {
	enough := time.After(300 * time.Millisecond)
	for range n {
		select {
		case <-acks:
		case <-enough:
			return
		case <-ctx.Done():
			return
		}
	}
	select {
	case <-time.After(more):
	case <-ctx.Done():
	}
}
