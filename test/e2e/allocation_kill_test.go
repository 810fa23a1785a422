package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The market of the kill test: every way to pay and every budget, and frequency caps. Prices are micros.
const (
	cpmPrice, cpmDaily, cpmTotal = 1_000, 400_000, 3_000_000
	fixedPrice, fixedDaily       = 700, 1_750_000
	bothPrice, bothDaily, bothIn = 1_300, 3_900_000, 1_300_000
	sharedA, sharedB, sharedIn   = 2_000, 3_000, 2_500_000
	clickPrice, clickDaily       = 5_000, 152_000 // 30 clicks, and a rest that pays for none
	clickTotalPrice, clickTotal  = 700, 70_000
	capCount, capCampaign        = 3, 5
)

// budget is what one line item, or all of one campaign, may spend, and for what.
type budget struct {
	name  string
	items []string
	daily int64 // a calendar day in UTC; 0: none
	total int64
}

var budgets = []budget{
	{"cpm by day", []string{"cpm_daily"}, cpmDaily, 0},
	{"cpm in total", []string{"cpm_total"}, 0, cpmTotal},
	{"fixed by day", []string{"fixed_daily"}, fixedDaily, 0},
	{"fixed by day and in total", []string{"both"}, bothDaily, bothIn},
	{"a campaign of two", []string{"shared_a", "shared_b"}, 0, sharedIn},
	{"clicks by day", []string{"click_daily"}, clickDaily, 0},
	{"clicks in total", []string{"click_total"}, 0, clickTotal},
}

// prices of an impression; clicks are paid where there is none.
var prices = map[string]int64{
	"cpm_daily": cpmPrice, "cpm_total": cpmPrice, "fixed_daily": fixedPrice, "both": bothPrice,
	"shared_a": sharedA, "shared_b": sharedB, "capped": cpmPrice, "capped_too": cpmPrice,
}

func marketOfAll() string {
	lines := []string{
		`{"thing":"placement","id":"p","slots":12,"mix":[{"kind":"ad","count":12}],"repeat_advertiser":true}`,
		`{"thing":"advertiser","id":"a","name":"A"}`,
		`{"thing":"line_item","id":"house","tier":"house"}`, `{"thing":"creative","id":"house","line_item":"house","title":"h","landing":"https://example.com/house"}`,
	}
	campaign := func(id, more string) {
		lines = append(lines, fmt.Sprintf(`{"thing":"campaign","id":%q,"advertiser":"a","name":"C"%s}`, id, more))
	}
	item := func(id, campaign string, more string, args ...any) {
		lines = append(lines, fmt.Sprintf(`{"thing":"line_item","id":%q,"campaign":%q,`+more+`}`, append([]any{id, campaign}, args...)...),
			fmt.Sprintf(`{"thing":"creative","id":%q,"line_item":%q,"title":"t","landing":"https://example.com/%s"}`, id, id, id))
	}
	campaign("free", "")
	item("cpm_daily", "free", `"bid_micros":%d,"daily_budget_micros":%d`, cpmPrice*1000, cpmDaily)
	item("fixed_daily", "free", `"bid_type":"fixed","bid_micros":%d,"daily_budget_micros":%d`, fixedPrice, fixedDaily)
	item("click_daily", "free", `"bid_type":"cpc","bid_micros":%d,"daily_budget_micros":%d`, clickPrice, clickDaily)
	campaign("total", fmt.Sprintf(`,"total_budget_micros":%d`, cpmTotal))
	item("cpm_total", "total", `"bid_micros":%d`, cpmPrice*1000)
	campaign("both", fmt.Sprintf(`,"total_budget_micros":%d`, bothIn))
	item("both", "both", `"bid_type":"fixed","bid_micros":%d,"daily_budget_micros":%d`, bothPrice, bothDaily)
	campaign("shared", fmt.Sprintf(`,"total_budget_micros":%d`, sharedIn))
	item("shared_a", "shared", `"bid_micros":%d`, sharedA*1000)
	item("shared_b", "shared", `"bid_type":"fixed","bid_micros":%d`, sharedB)
	campaign("clicks", fmt.Sprintf(`,"total_budget_micros":%d`, clickTotal))
	item("click_total", "clicks", `"bid_type":"cpc","bid_micros":%d`, clickTotalPrice)
	campaign("caps", fmt.Sprintf(`,"caps":[{"count":%d,"window":"1d"}]`, capCampaign))
	item("capped", "caps", `"bid_micros":%d,"caps":[{"count":%d,"window":"24h"}]`, cpmPrice*1000, capCount)
	item("capped_too", "caps", `"bid_micros":%d,"caps":[{"count":%d,"window":"24h"}]`, cpmPrice*1000, capCount)
	return strings.Join(lines, "\n")
}

// TestKill9 kills the process at random moments while many decide, confirm, click and repeat themselves. No budget is
// overspent, what was acknowledged is counted exactly once, and no cap is exceeded but by decisions that a kill made the
// process forget: none where caps.flush is 0, else those that no write of the log has covered yet.
//
// HOTLANE_E2E_SEED and HOTLANE_E2E_KILLS repeat and lengthen it.
func TestKill9(t *testing.T) {
	for _, flush := range []string{"0s", "100ms"} {
		t.Run("caps.flush="+flush, func(t *testing.T) { killAgainAndAgain(t, flush) })
	}
}

func killAgainAndAgain(t *testing.T, flush string) {
	seed, kills := number(t, "HOTLANE_E2E_SEED", time.Now().UnixNano()), number(t, "HOTLANE_E2E_KILLS", 6)
	t.Logf("HOTLANE_E2E_SEED=%d HOTLANE_E2E_KILLS=%d", seed, kills)
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	dir := site(t, "public_metrics: true\nallocation: {lease_time: 1s, token_ttl: 1h, caps: {flush: "+flush+"}}\n")
	p := start(t, dir, "serve")
	if a := p.do("POST", "/v1/allocation/import", adminKey, marketOfAll()); a.status != 200 {
		t.Fatalf("import: %d %s", a.status, a.body)
	}
	p.until("decisions see the import", func() bool {
		return p.do("POST", "/v1/allocations", "", `{"placements":[{"id":"p"}]}`).status == 200
	})
	f := newFleet(t, uint64(seed), 16)
	for n := range kills {
		f.point(p.url)
		f.until(f.answered()+100+rng.Int64N(4000), 2*time.Second)
		p.kill()
		f.killed()
		if n%3 == 2 { // killed while it starts, too
			q := command(dir, "serve")
			if err := q.Start(); err != nil {
				t.Fatal(err)
			}
			awaitTimer(time.Duration(rng.Int64N(int64(120 * time.Millisecond))))
			_ = q.Process.Kill()
			_ = q.Wait()
		}
		p = start(t, dir, "serve")
	}
	f.point(p.url)
	f.until(f.answered()+200, time.Minute)
	f.stop()
	f.settle(p.url) // what had no answer is sent again until it has: then all is known
	checkReports(t, f, p)
	f.checkCaps(flush == "0s")
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.err)
	}
	p = start(t, dir, "serve")
	checkReports(t, f, p)
}

// awaitTimer is a random moment, not a wait for anything.
func awaitTimer(d time.Duration) { <-time.After(d) }

func number(t *testing.T, name string, fallback int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// reported is a row of a report.
type reported struct {
	Time        string `json:"time"`
	LineItem    string `json:"line_item"`
	Impressions int64  `json:"impressions"`
	Clicks      int64  `json:"clicks"`
	Conversions int64  `json:"conversions"`
	Spend       int64  `json:"spend_micros"`
}

func reports(t *testing.T, p *process) []reported {
	t.Helper()
	a := p.do("GET", "/v1/allocation/reports?by=day&group=line_item&to="+time.Now().UTC().Add(time.Hour).Format(time.RFC3339), adminKey, "")
	var out struct {
		Rows []reported `json:"rows"`
	}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != http.StatusOK || len(out.Rows) == 0 {
		t.Fatalf("reports: %d %v %s", a.status, err, a.body)
	}
	return out.Rows
}

// checkReports compares what the process reports with what the fleet was told.
func checkReports(t *testing.T, f *fleet, p *process) {
	t.Helper()
	rows := reports(t, p)
	byItem, days := map[string]reported{}, map[string]bool{}
	for _, r := range rows {
		days[r.Time] = true
		sum := byItem[r.LineItem]
		sum.Impressions, sum.Clicks, sum.Conversions, sum.Spend = sum.Impressions+r.Impressions, sum.Clicks+r.Clicks, sum.Conversions+r.Conversions, sum.Spend+r.Spend
		byItem[r.LineItem] = sum
	}
	for _, b := range budgets {
		spent, worst := int64(0), map[string]int64{}
		for _, r := range rows {
			for _, id := range b.items {
				if r.LineItem == id {
					spent += r.Spend
					worst[r.Time] += r.Spend
				}
			}
		}
		for day, n := range worst {
			if b.daily > 0 && n > b.daily {
				t.Errorf("%s %v: overspent on %s: %d of %d", b.name, b.items, day, n, b.daily)
			}
		}
		if b.total > 0 && spent > b.total {
			t.Errorf("%s %v: overspent: %d of %d", b.name, b.items, spent, b.total)
		}
		t.Logf("%s %v: %d spent of %d by day, %d in total", b.name, b.items, spent, b.daily, b.total)
	}
	for item, want := range f.known() {
		got := byItem[item]
		if got.Impressions != want.Impressions || got.Clicks != want.Clicks || got.Conversions != want.Conversions {
			t.Errorf("%s: reported %d impressions, %d clicks, %d conversions; acknowledged were %d, %d, %d", item,
				got.Impressions, got.Clicks, got.Conversions, want.Impressions, want.Clicks, want.Conversions)
		}
		if price := prices[item]; price > 0 && got.Spend != price*got.Impressions {
			t.Errorf("%s: spent %d on %d impressions at %d", item, got.Spend, got.Impressions, price)
		}
	}
	if len(days) > 1 {
		return // clicks have two days' budgets
	}
	for item, b := range map[string]struct{ price, budget int64 }{"click_daily": {clickPrice, clickDaily}, "click_total": {clickTotalPrice, clickTotal}} {
		if got := byItem[item]; got.Spend != b.price*min(got.Clicks, b.budget/b.price) {
			t.Errorf("%s: spent %d on %d clicks at %d, of %d", item, got.Spend, got.Clicks, b.price, b.budget)
		}
	}
}
