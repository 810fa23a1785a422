//go:build integration

package bus_test

import (
	"crypto/rand"
	"log/slog"
	"testing"

	"github.com/hotlane/hotlane/platform/bus"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// nodesOn opens nodes by a URL, apart from all others there.
func nodesOn(t *testing.T, url string, n int) []bus.Bus {
	t.Helper()
	prefix := "test:" + rand.Text() + ":"
	nodes := make([]bus.Bus, n)
	for i := range nodes {
		b, err := bus.Open(bus.Config{Redis: telemetry.Secret(url), Prefix: prefix}, bus.Deps{Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
		if err != nil {
			t.Fatal(err)
		}
		nodes[i] = run(t, b)
	}
	return nodes
}

func suiteOn(t *testing.T, url string) {
	suite(t, func(t *testing.T, n int) []bus.Bus { return nodesOn(t, url, n) })
}

func TestSuiteRedis(t *testing.T) {
	address := cachetest.Redis(t).Redis.Reveal()
	t.Run("RESP3", func(t *testing.T) { suiteOn(t, address) })
	t.Run("RESP2", func(t *testing.T) { suiteOn(t, address+"?protocol=2") })
}

// TestSuitePlain is a server that does not know sharded pub/sub, as those before 7.0.
func TestSuitePlain(t *testing.T) {
	server := cachetest.Start(t, "--rename-command", "SPUBLISH", "", "--rename-command", "SSUBSCRIBE", "", "--rename-command", "SUNSUBSCRIBE", "")
	suiteOn(t, "redis://"+server.Address())
}

func TestSuiteCluster(t *testing.T) {
	suiteOn(t, "redis://"+cachetest.Cluster(t)[1].Address())
}

func TestSuitePlainCluster(t *testing.T) {
	nodes := cachetest.Cluster(t, "--rename-command", "SPUBLISH", "", "--rename-command", "SSUBSCRIBE", "", "--rename-command", "SUNSUBSCRIBE", "")
	suiteOn(t, "redis://"+nodes[1].Address())
}

func TestSuiteSentinel(t *testing.T) {
	_, _, url := cachetest.Sentinel(t)
	suiteOn(t, url)
}
