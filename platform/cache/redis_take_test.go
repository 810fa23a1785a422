//go:build integration

package cache

import (
	"crypto/rand"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestScriptIsTheModel holds the bucket's script against level.take: the same answers to the microsecond, whatever the rates and
// whichever way the clock goes. A token takes 20 s and more, since the server's own clock decides when a full bucket is dropped.
func TestScriptIsTheModel(t *testing.T) {
	address := os.Getenv("HOTLANE_TEST_REDIS")
	if address == "" {
		t.Fatal("HOTLANE_TEST_REDIS must be host:port of a Redis: scripts/with-servers.sh redis -- …")
	}
	s, err := Open(Config{Redis: telemetry.Secret("redis://" + address), Prefix: "test:" + rand.Text() + ":", Timeout: 10 * time.Second}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := s.(*redis)
	rapid.Check(t, func(rt *rapid.T) {
		key := rand.Text()
		now := time.Now().UnixMicro()
		b := Bucket{Rate: rapid.Float64Range(1e-4, 0.05).Draw(rt, "rate"), Burst: rapid.IntRange(1, 1000).Draw(rt, "burst")}
		held := level{tokens: float64(b.Burst), at: now}
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			now += rapid.Int64Range(int64(-1e5/b.Rate), int64(3e6/b.Rate)).Draw(rt, "passed")
			n := rapid.IntRange(1, b.Burst).Draw(rt, "n")
			var want Taken
			held, want, _ = held.take(b, n, now)
			r.now = decimal(now)
			got, err := s.Take(t.Context(), key, b, n)
			if err != nil || got != want {
				rt.Fatalf("%+v, %v, not %+v", got, err, want)
			}
		}
	})
}
