//go:build integration

package cache_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/platform/cache"
	"github.com/hotlane/hotlane/platform/cache/cachetest"
	"github.com/hotlane/hotlane/platform/telemetry"
)

func TestSuiteRedis(t *testing.T) {
	cachetest.Suite(t, func(t *testing.T) cachetest.Opened {
		return cachetest.Opened{Store: cachetest.Open(t, cachetest.Redis(t))}
	})
}

func TestSuiteCluster(t *testing.T) {
	nodes := make([]*cachetest.Server, 3)
	create := []string{"--cluster", "create"}
	for i := range nodes {
		nodes[i] = cachetest.Start(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		create = append(create, nodes[i].Address())
	}
	if out, err := exec.Command("redis-cli", append(create, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for range cachetest.Until(t) {
		if all(nodes, func(n *cachetest.Server) bool { return strings.Contains(n.Say("CLUSTER", "INFO"), "cluster_state:ok") }) {
			break
		}
	}
	for name, url := range map[string]string{
		"by one":  "redis://" + nodes[1].Address(),
		"by more": "redis://" + nodes[0].Address() + "?addr=" + nodes[1].Address() + "&addr=" + nodes[2].Address(),
	} {
		t.Run(name, func(t *testing.T) {
			cachetest.Suite(t, func(t *testing.T) cachetest.Opened {
				cfg := cachetest.At("")
				cfg.Redis = telemetry.Secret(url)
				return cachetest.Opened{Store: cachetest.Open(t, cfg)}
			})
		})
	}
}

func all[T any](list []T, ok func(T) bool) bool {
	for _, x := range list {
		if !ok(x) {
			return false
		}
	}
	return true
}

// TestSentinel runs the suite on what Sentinel names, then kills the master and goes on with the one that takes its place.
func TestSentinel(t *testing.T) {
	master := cachetest.Start(t)
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
	config := func() cache.Config {
		cfg := cachetest.At("")
		cfg.Redis = telemetry.Secret("redis://" + sentinel.Address() + "?master_set=main")
		return cfg
	}
	cachetest.Suite(t, func(t *testing.T) cachetest.Opened { return cachetest.Opened{Store: cachetest.Open(t, config())} })

	s := cachetest.Open(t, config())
	set(t, s, "k", "before")
	for range cachetest.Until(t) {
		if replica.Say("DBSIZE") == master.Say("DBSIZE") {
			break
		}
	}
	master.Kill(t)
	for range cachetest.Until(t) {
		if err := s.Set(t.Context(), "after", []byte("x"), hour); err == nil {
			break
		}
	}
	if got, ok, err := s.Get(t.Context(), "k"); err != nil || !ok || string(got) != "before" {
		t.Errorf("the replica has %q, %v, %v", got, ok, err)
	}
}
