package server

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/hotlane/hotlane/platform/realtime/protocol"
)

func TestWhatIsCounted(t *testing.T) {
	reg := prometheus.NewRegistry()
	r := newRig(t, options{deps: func(d *Deps) { d.Metrics = reg }})
	ann, bob := dial(t, r.url, protocol.JSON), dial(t, r.url, protocol.JSON)
	ann.in("ann")
	bob.in("bob")
	ann.subscribe("room:1")
	if err := ann.publish("room:1", op("instance", 1)); err != nil {
		t.Fatal(err)
	}
	if err := ann.publish("room:2", op("instance", 2)); err == nil {
		t.Fatal("published where it is not in")
	}
	bob.post(protocol.Command{Connect: &protocol.ConnectRequest{}})
	bob.ended()
	get(t, r.url)
	eventually(t, "the end is counted", func() bool { return testutil.ToFloat64(r.m.connections) == 1 })
	want := `
# HELP hotlane_live_commands_total Commands of clients, by method and whether they were done or refused.
# TYPE hotlane_live_commands_total counter
hotlane_live_commands_total{method="connect",outcome="done"} 2
hotlane_live_commands_total{method="connect",outcome="refused"} 0
hotlane_live_commands_total{method="publish",outcome="done"} 1
hotlane_live_commands_total{method="publish",outcome="refused"} 1
hotlane_live_commands_total{method="subscribe",outcome="done"} 1
hotlane_live_commands_total{method="subscribe",outcome="refused"} 0
# HELP hotlane_live_connections Connections that are open, connected or not yet.
# TYPE hotlane_live_connections gauge
hotlane_live_connections 1
# HELP hotlane_live_disconnects_total Connections that ended, by the code that the client was told; 0: it left by itself.
# TYPE hotlane_live_disconnects_total counter
hotlane_live_disconnects_total{code="3501"} 1
# HELP hotlane_live_subscriptions Subscriptions of all connections.
# TYPE hotlane_live_subscriptions gauge
hotlane_live_subscriptions 2
# HELP hotlane_live_upgrades_refused_total Connections that were refused before they began, by reason.
# TYPE hotlane_live_upgrades_refused_total counter
hotlane_live_upgrades_refused_total{reason="handshake"} 1
`
	drop := prometheus.GathererFunc(func() (out []*dto.MetricFamily, err error) {
		all, err := reg.Gather()
		for _, f := range all {
			if f.GetName() == "hotlane_live_commands_total" {
				f.Metric = only(f.Metric, "connect", "publish", "subscribe")
			}
			out = append(out, f)
		}
		return out, err
	})
	if err := testutil.GatherAndCompare(drop, strings.NewReader(want), "hotlane_live_commands_total", "hotlane_live_connections",
		"hotlane_live_disconnects_total", "hotlane_live_subscriptions", "hotlane_live_upgrades_refused_total"); err != nil {
		t.Error(err)
	}
	if r.m.received.Load() == 0 || r.m.sent.Load() == 0 {
		t.Error("no bytes")
	}
	if n, err := testutil.GatherAndCount(reg, "hotlane_live_ack_seconds"); err != nil || n != 1 {
		t.Errorf("acknowledgements: %d %v", n, err)
	}
}

func TestRatesAreOfTheLastSecond(t *testing.T) {
	s := &Server{m: &metrics{}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixMilli()
	for _, step := range []struct {
		ms       int64
		commands int64
		want     float64
	}{{0, 100, 0}, {1000, 50, 50}, {2000, 50, 25}, {0, 70, 25}, {500, 30, 200}, {1000, 0, 0}} {
		now += step.ms
		s.m.asked.Add(step.commands)
		if s.rate(now); s.rates.Load().Commands != step.want {
			t.Errorf("%+v: %v", step, s.rates.Load().Commands)
		}
	}
}

// only keeps the metrics of these methods.
func only(all []*dto.Metric, methods ...string) (kept []*dto.Metric) {
	for _, m := range all {
		for _, l := range m.GetLabel() {
			if l.GetName() == "method" && slices.Contains(methods, l.GetValue()) {
				kept = append(kept, m)
			}
		}
	}
	return kept
}
