package allocation

import (
	"bytes"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestReplay says that the log line of a decision is enough to decide it again, whatever the counters say by then.
func TestReplay(t *testing.T) {
	l := startLane(t, func(c *Config) { c.Log.OneIn = 1 })
	var log bytes.Buffer
	l.log = slog.New(slog.NewJSONHandler(&log, nil))
	l.put(market(40_000, 0, `,"caps":[{"count":2,"window":"1h"}]`)...)
	l.put(basics...)
	l.put(`{"thing":"creative","id":"x9","line_item":"ad2","title":"u","weight":3,"caps":[{"count":1,"window":"1h"}]}`)
	l.warm("paid")
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		req := ask([]string{"p", "lock"}[rng.IntN(2)], 0, fmt.Sprint("u", rng.IntN(5)))
		req.Placements = append(req.Placements, Ask{ID: "lock", Count: 2})
		if rng.IntN(2) == 0 {
			req.User.Attributes.AddText("os", "android")
		}
		l.decide(req)
		l.clock.Add(int64(rng.IntN(60_000)))
		if n%50 == 0 {
			l.warm("house")
		}
	}
	l.stop()
	var out bytes.Buffer
	if err := l.replayAll(&log, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 200 {
		t.Fatalf("%d decisions were logged, want 200", len(lines))
	}
	for _, line := range lines {
		if !strings.Contains(line, " the same: ") {
			t.Error(line)
		}
	}
}
