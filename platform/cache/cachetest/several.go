//go:build integration

package cachetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Cluster is a Redis Cluster of three servers. args are further settings of each.
func Cluster(t testing.TB, args ...string) []*Server {
	t.Helper()
	nodes := make([]*Server, 3)
	create := []string{"--cluster", "create"}
	for i := range nodes {
		nodes[i] = Start(t, append([]string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"}, args...)...)
		create = append(create, nodes[i].Address())
	}
	if out, err := exec.Command("redis-cli", append(create, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	Whole(t, nodes)
	return nodes
}

// Whole waits until every server of a cluster sees the whole of it.
func Whole(t testing.TB, nodes []*Server) {
	t.Helper()
	for range Until(t) {
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

// Sentinel is a master, its replica, which is up to date, and one Sentinel, which watches them and stands in the URL.
func Sentinel(t testing.TB) (master, replica *Server, url string) {
	t.Helper()
	master = Start(t)
	replica = Start(t, "--replicaof", fmt.Sprint("127.0.0.1 ", master.Port))
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 500\nsentinel failover-timeout main 5000\n", master.Port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := Start(t, conf)
	for range Until(t) {
		if strings.Contains(replica.Say("INFO", "replication"), "master_link_status:up") &&
			strings.Contains(sentinel.Say("SENTINEL", "replicas", "main"), fmt.Sprint(replica.Port)) {
			break
		}
	}
	return master, replica, "redis://" + sentinel.Address() + "?master_set=main"
}
