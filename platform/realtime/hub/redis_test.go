//go:build integration

package hub_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/db/dbtest"
	"github.com/hotlane/hotlane/platform/realtime"
	"github.com/hotlane/hotlane/platform/realtime/hub"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// Three nodes with PostgreSQL and Redis: what one commits the others have at once, without comparing.
func TestNodesOnRedis(t *testing.T) {
	address := os.Getenv("HOTLANE_TEST_REDIS")
	if address == "" {
		t.Fatal("HOTLANE_TEST_REDIS must be host:port of a Redis: scripts/with-servers.sh postgres redis -- …")
	}
	set := dbtest.NewSet(t, dbtest.Postgres(t), db.Options{})
	prefix := rand.Text() + ":"
	k := &kind{}
	var nodes []*node
	for i := range 3 {
		b, err := bus.Open(bus.Config{Redis: telemetry.Secret("redis://" + address), Prefix: prefix}, bus.Deps{})
		must(t, err)
		running, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { defer close(ended); must(t, b.Run(running)) }()
		t.Cleanup(func() { stop(); <-ended })
		n := start(t, set.DB("test"), hub.Config{Check: time.Minute, Tick: 5 * time.Millisecond}, hub.Deps{Bus: b, Node: fmt.Sprint(i)}, k.channel("fields:"))
		t.Cleanup(n.end)
		nodes = append(nodes, n)
	}
	var members []*client
	acked := map[realtime.Op]bool{}
	for i, n := range nodes {
		m := newClient(t, fmt.Sprint(i))
		must(t, m.joinWith(n.Hub, hub.Join{Subscribe: subscribe("fields:1"), JoinLeave: true}))
		members = append(members, m)
	}
	for i := range 90 {
		m := members[i%3]
		sendUntilDone(t, m, i/3+1)
		acked[realtime.Op{Instance: "instance-" + m.id, Counter: uint64(i/3 + 1)}] = true
	}
	for _, m := range members {
		m.untilAt(90)
	}
	check(t, nodes[0], "fields:1", acked, members...)
	must(t, members[0].send(message{Field: "cursor", Value: "here"}))
	members[2].until("the cursor", func() bool { return strings.Contains(strings.Join(members[2].beside, ""), "here") })
	members[1].until("who else is in", func() bool {
		all := strings.Join(members[1].beside, "")
		return strings.Contains(all, `"client":"0"`) && strings.Contains(all, `"client":"2"`)
	})
}
