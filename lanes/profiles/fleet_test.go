//go:build integration

package profiles

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/fault"
)

// redisServer is the Redis of the tests.
func redisServer(t *testing.T) string {
	t.Helper()
	at := os.Getenv("HOTLANE_TEST_REDIS")
	if at == "" {
		t.Fatal("HOTLANE_TEST_REDIS must be host:port of a Redis: scripts/with-servers.sh postgres redis -- …")
	}
	return at
}

func flush(t *testing.T) {
	t.Helper()
	c, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{redisServer(t)}, DisableCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Do(t.Context(), c.B().Flushall().Build()).Error(); err != nil {
		t.Fatal(err)
	}
}

// fleet is three nodes on one PostgreSQL, and on one Redis where its address is given, with clocks that go.
func fleet(t *testing.T, web *social, redis string, change func(*Source)) []*node {
	t.Helper()
	engine := dbtest.Postgres(t)
	prefix := strings.ToLower(rand.Text()) + ":"
	var nodes []*node
	for range 3 {
		n := &node{web: web}
		cfg := DefaultConfig()
		src := peopleSource()
		if change != nil {
			change(&src)
		}
		cfg.Sources = []Source{src}
		module := lane.Module{Name: name, New: func(d lane.Deps) (lane.Lane, error) {
			d.Now = time.Now
			l, err := New(cfg, d)
			if err == nil {
				l.keeper.look = func(context.Context) (time.Duration, error) { return 0, nil } // one machine; the harness's own clock stands
			}
			n.in = l
			return l, err
		}}
		opts := []lanetest.Option{lanetest.On(engine), lanetest.Third(web)}
		if redis != "" {
			opts = append(opts, lanetest.Redis(redis, prefix))
		}
		n.Harness = lanetest.Start(t, module, opts...)
		nodes = append(nodes, n)
	}
	return nodes
}

// TestTenThousandAtOnceAreOneCall: whoever asks three nodes for one profile that nobody has, the source is asked once.
func TestTenThousandAtOnceAreOneCall(t *testing.T) {
	for name, redis := range map[string]string{"with Redis": redisServer(t), "without": ""} {
		t.Run(name, func(t *testing.T) {
			web := newSocial()
			web.put(7, "ada", "")
			nodes := fleet(t, web, redis, nil)
			begin := make(chan struct{})
			var good atomic.Int64
			var g sync.WaitGroup
			for i := range 10_000 {
				g.Go(func() {
					<-begin
					if i == 5000 && redis != "" {
						flush(t)
					}
					p, err := nodes[i%3].in.ByUsername(t.Context(), "people", "ada")
					if err != nil || p.ID != "7" {
						t.Errorf("%v, %v", p, err)
						return
					}
					good.Add(1)
				})
			}
			close(begin)
			g.Wait()
			if good.Load() != 10_000 || web.calls() != 1 {
				t.Errorf("%d answers, %d calls", good.Load(), web.calls())
			}
		})
	}
}

// TestNobodyIsOneCallToo: that there is no such person is known to all nodes after one call.
func TestNobodyIsOneCallToo(t *testing.T) {
	web := newSocial()
	nodes := fleet(t, web, "", nil)
	var g sync.WaitGroup
	for i := range 300 {
		g.Go(func() {
			if _, err := nodes[i%3].in.ByUsername(t.Context(), "people", "nobody"); !errors.Is(err, ErrNotFound) {
				t.Errorf("%v", err)
			}
		})
	}
	g.Wait()
	if web.calls() != 1 {
		t.Errorf("%d calls", web.calls())
	}
}

// TestTheBudgetIsNeverPassed: three nodes are asked for thousands of different people a second for some seconds, and Redis is
// flushed meanwhile. In no second does the source get more calls than its budget; all the others are told when to come back, or
// get what is stale.
func TestTheBudgetIsNeverPassed(t *testing.T) {
	for name, redis := range map[string]string{"with Redis": redisServer(t), "without": ""} {
		t.Run(name, func(t *testing.T) {
			const rate, seconds, perSecond = 50, 4, 3000
			web := newSocial()
			nodes := fleet(t, web, redis, func(s *Source) { s.Rate, s.Wait, s.Fresh = rate, time.Second, time.Second })
			for i := range 30 { // these are stale soon
				web.put(i, fmt.Sprintf("known%d", i), "")
				if _, err := nodes[0].in.ByUsername(t.Context(), "people", fmt.Sprintf("known%d", i)); err != nil {
					t.Fatal(err)
				}
			}
			var found, later atomic.Int64
			var g sync.WaitGroup
			tick := time.NewTicker(time.Second / 100)
			defer tick.Stop()
			asked := 0
			for burst := range seconds * 100 {
				if <-tick.C; burst == 150 && redis != "" {
					flush(t)
				}
				for range perSecond / 100 {
					asked++
					who := asked
					g.Go(func() {
						_, err := nodes[who%3].in.ByUsername(t.Context(), "people", fmt.Sprintf("new%d", who))
						switch f := fault.From(err); {
						case errors.Is(err, ErrNotFound):
							found.Add(1)
						case errors.Is(err, ErrLater) && f.RetryAfter > 0, f != nil && f.Code == "cache.busy" && f.RetryAfter > 0:
							later.Add(1)
						default:
							t.Errorf("%v", err)
						}
					})
				}
				g.Go(func() {
					if _, err := nodes[burst%3].in.ByUsername(t.Context(), "people", fmt.Sprintf("known%d", burst%30)); err != nil {
						t.Errorf("known: %v", err)
					}
				})
			}
			g.Wait()
			if most := mostInASecond(web); most > rate {
				t.Errorf("%d calls in one second", most)
			}
			t.Logf("%d asked, %d found nobody, %d later, %d calls, at most %d in a second", asked, found.Load(), later.Load(), web.calls(), mostInASecond(web))
			if found.Load() == 0 || later.Load() == 0 {
				t.Errorf("%d were asked for, %d refused", found.Load(), later.Load())
			}
		})
	}
}

// mostInASecond counts the calls of the second that has most.
func mostInASecond(web *social) (most int) {
	web.mu.Lock()
	defer web.mu.Unlock()
	times := slices.Clone(web.times)
	slices.SortFunc(times, time.Time.Compare)
	first := 0
	for i, at := range times {
		for at.Sub(times[first]) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

var _ http.RoundTripper = (*social)(nil)
