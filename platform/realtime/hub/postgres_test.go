//go:build integration

package hub_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
)

// Connections break all the time, within commits too: whoever sends again until it is acknowledged has it in the log once, and all see the
// same, without coming back.
func TestConnectionsThatBreak(t *testing.T) {
	const breaks, writers, ops = 20, 6, 60
	cfg := dbtest.Postgres(t)
	set := dbtest.NewSet(t, cfg, db.Options{})
	net := bus.NewNet()
	var nodes []*node
	k := &kind{}
	for i := range 2 {
		b := net.Node()
		running, stop := make(chan struct{}), t.Context()
		go func() { defer close(running); must(t, b.Run(stop)) }()
		t.Cleanup(func() { <-running })
		n := start(t, set.DB("test"), hub.Config{Check: 100 * time.Millisecond, Checkpoint: 50}, hub.Deps{Bus: b, Node: fmt.Sprint(i)}, k.channel("fields:"))
		t.Cleanup(n.end)
		nodes = append(nodes, n)
	}
	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		acked   = map[realtime.Op]bool{}
		done    = make(chan struct{}, writers*ops) // one for each acknowledgement
		members []*client
	)
	for i := range writers {
		m := newClient(t, fmt.Sprint(i))
		must(t, m.join(nodes[i%2].Hub, "fields:1"))
		members = append(members, m)
	}
	for _, m := range members {
		all.Go(func() {
			for n := range ops {
				sendUntilDone(t, m, n+1)
				mu.Lock()
				acked[realtime.Op{Instance: "instance-" + m.id, Counter: uint64(n + 1)}] = true
				mu.Unlock()
				done <- struct{}{}
			}
		})
	}
	admin, err := pgx.Connect(ctx, cfg.DSN.Reveal())
	must(t, err)
	defer admin.Close(ctx)
	for range breaks {
		for range writers * ops / breaks {
			<-done
		}
		_, err := admin.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		must(t, err)
	}
	all.Wait()
	for _, m := range members {
		m.untilAt(writers * ops)
	}
	check(t, nodes[0], "fields:1", acked, members...)
	if at := members[0].at.Offset; at != writers*ops {
		t.Errorf("the log ends at %d", at)
	}
	for _, m := range members {
		if m.ended != 0 {
			t.Errorf("%s's membership ended with %d", m.id, m.ended)
		}
	}
}
