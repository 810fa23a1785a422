//go:build integration

package bus_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

func startCluster(t *testing.T, args ...string) []*cachetest.Server {
	t.Helper()
	nodes := make([]*cachetest.Server, 3)
	create := []string{"--cluster", "create"}
	for i := range nodes {
		nodes[i] = cachetest.Start(t, append([]string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"}, args...)...)
		create = append(create, nodes[i].Address())
	}
	if out, err := exec.Command("redis-cli", append(create, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole(t, nodes)
	return nodes
}

// whole waits until all nodes see the whole cluster.
func whole(t *testing.T, nodes []*cachetest.Server) {
	t.Helper()
	for range cachetest.Until(t) {
		ok := 0
		for _, n := range nodes {
			if strings.Contains(n.Say("CLUSTER", "INFO"), "cluster_state:ok") {
				ok++
			}
		}
		if ok == len(nodes) {
			return
		}
	}
}

func TestSuiteCluster(t *testing.T) {
	suiteOn(t, "redis://"+startCluster(t)[1].Address())
}

func TestSuitePlainCluster(t *testing.T) {
	nodes := startCluster(t, "--rename-command", "SPUBLISH", "", "--rename-command", "SSUBSCRIBE", "", "--rename-command", "SUNSUBSCRIBE", "")
	suiteOn(t, "redis://"+nodes[1].Address())
}

// startSentinel is a master, its replica, and one who watches them.
func startSentinel(t *testing.T) (master *cachetest.Server, url string) {
	t.Helper()
	master = cachetest.Start(t)
	replica := cachetest.Start(t, "--replicaof", fmt.Sprint("127.0.0.1 ", master.Port))
	for range cachetest.Until(t) {
		if strings.Contains(replica.Say("INFO", "replication"), "master_link_status:up") {
			break
		}
	}
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 5000\n", master.Port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := cachetest.Start(t, conf)
	for range cachetest.Until(t) {
		if strings.Contains(sentinel.Say("SENTINEL", "replicas", "main"), fmt.Sprint(replica.Port)) {
			break
		}
	}
	return master, "redis://" + sentinel.Address() + "?master_set=main"
}

func TestSuiteSentinel(t *testing.T) {
	_, url := startSentinel(t)
	suiteOn(t, url)
}
