package allocation

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hotlane/hotlane/lane"
	"github.com/hotlane/hotlane/platform/db"
)

// paid are ads that are refused money, each for a reason of its own.
var paid = []string{
	`{"thing":"advertiser","id":"a","name":"A"}`,
	`{"thing":"campaign","id":"poor","advertiser":"a","name":"Poor","total_budget_micros":500}`,
	`{"thing":"campaign","id":"rich","advertiser":"a","name":"Rich","total_budget_micros":500000}`,
	`{"thing":"line_item","id":"total","campaign":"poor","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":9000}`,
	`{"thing":"line_item","id":"daily","campaign":"rich","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":700,"zone":"Asia/Seoul"}`,
	`{"thing":"line_item","id":"good","campaign":"rich","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":9000}`,
	`{"thing":"line_item","id":"ios","campaign":"rich","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":9000,"targeting":"os = 'ios'"}`,
	`{"thing":"line_item","id":"paused","campaign":"rich","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":9000,"status":"paused"}`,
	`{"thing":"line_item","id":"bare","campaign":"rich","bid_type":"fixed","bid_micros":1000,"daily_budget_micros":9000}`,
	`{"thing":"creative","id":"x1","line_item":"total","title":"t"}`,
	`{"thing":"creative","id":"x2","line_item":"daily","title":"t"}`,
	`{"thing":"creative","id":"x3","line_item":"good","title":"t"}`,
	`{"thing":"creative","id":"x4","line_item":"ios","title":"t"}`,
	`{"thing":"creative","id":"x5","line_item":"paused","title":"t"}`,
	`{"thing":"placement","id":"p","slots":1,"repeat_advertiser":true}`,
}

func (l *testLane) why(lineItem string) []ReasonReport {
	a := l.decide(&Request{Placements: []Ask{{ID: "p"}}, Explain: Explain{LineItem: lineItem}})
	return a.Explanation[0].Reports[0].Reasons
}

func TestExplainNamesTheBudget(t *testing.T) {
	l := startLane(t, nil)
	l.put(paid...)
	for item, want := range map[string]string{
		"total": "total budget of campaign poor, 500 micros, on lease now 0",
		"daily": "daily budget 700 micros, day 20260302 in Asia/Seoul, on lease now 0",
	} {
		l.until(item+" is known to have nothing left", func() bool {
			return slices.ContainsFunc(l.why(item), func(r ReasonReport) bool { return r.Code == "budget" })
		})
		if got := l.why(item); len(got) != 1 || got[0].Detail != want {
			t.Errorf("%s: %+v, want %s", item, got, want)
		}
	}
}

// TestExplainAsksNoMoneyInVain: what cannot run here is not also waiting for a lease.
func TestExplainAsksNoMoneyInVain(t *testing.T) {
	l := startLane(t, nil)
	l.put(paid...)
	for item, want := range map[string]string{"ios": "targeting", "paused": "paused", "bare": "no_creative"} {
		if got := l.why(item); len(got) == 0 || got[0].Code != want ||
			slices.ContainsFunc(got, func(r ReasonReport) bool { return r.Code == "lease_pending" }) {
			t.Errorf("%s: %+v, want %s only", item, got, want)
		}
	}
}

func TestExplainOfNothing(t *testing.T) {
	l := startLane(t, nil)
	l.put(paid...)
	_, err := l.Decide(t.Context(), &Request{Placements: []Ask{{ID: "p"}}, Explain: Explain{LineItem: "nosuch"}})
	if !errors.Is(err, ErrUnknownLineItem) {
		t.Errorf("%v, want %v", err, ErrUnknownLineItem)
	}
}

// TestExplainOffline: on databases that no process has, budgets are not said to wait for leases; that they are not known is said once.
func TestExplainOffline(t *testing.T) {
	l := startLane(t, nil)
	l.put(paid...)
	l.stop()
	set := db.NewSet(db.DefaultConfig(), l.dir, db.Options{})
	defer set.Close()
	explain := func(args ...string) (string, error) {
		one, err := New(DefaultConfig(), lane.Deps{
			Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }, DB: set.DB, Metrics: prometheus.NewRegistry(),
		})
		if err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		err = one.explainCommand(t.Context(), args, lane.IO{Out: &out, Err: &errs, Open: func(context.Context) error { return nil }})
		return out.String(), err
	}
	out, err := explain("-offline", "p")
	if err != nil || strings.Contains(out, "lease_pending") || !strings.Contains(out, "won slot 1") || strings.Count(out, "leases are known") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err = explain("-offline", "p", "nosuch"); !errors.Is(err, ErrUnknownLineItem) || out != "" {
		t.Errorf("%v\n%s", err, out)
	}
}
