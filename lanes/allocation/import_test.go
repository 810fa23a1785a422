package allocation_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

func importing(media, query, body string) lanetest.Scenario {
	return lanetest.Scenario{
		Method: "POST", Path: "/v1/allocation/import" + query, As: identity.Admin, Body: body, Header: map[string]string{"Content-Type": media},
	}
}

func ndjson(body string) lanetest.Scenario { return importing("application/x-ndjson", "", body) }

func TestImport(t *testing.T) {
	h := lanetest.Start(t, module(nil))
	lines := strings.Split(strings.TrimSpace(shop), "\n")
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	backwards := ndjson(strings.Join(lines, "\r\n\n"))
	backwards.Name, backwards.Status, backwards.JSON = "parents after their children", 200, map[string]any{"/read": 9, "/changed": 9}
	again := ndjson(shop)
	again.Name, again.Status, again.JSON = "the same again changes nothing", 200, map[string]any{"/read": 9, "/changed": 0}
	var audit string
	again.Before = func(t *testing.T, h *lanetest.Harness) { audit = stored(t, h) }
	again.After = func(t *testing.T, h *lanetest.Harness, _ lanetest.Answer) {
		if stored(t, h) != audit {
			t.Error("something has changed")
		}
	}
	sheet := importing("text/csv; charset=utf-8", "?kind=line_items",
		"\ufeffid,campaign,bid_micros,daily_budget_micros,targeting,caps,zone,daypart\r\nl2,c,2000,9000,\"os IN ('ios', 'android') AND age >= 20\",\"3/24h, 10/7d\",Asia/Seoul,mon-fri 07:00-09:30\r\n"+
			"l3,c,3000,,\"{\"\"attr\"\":\"\"os\"\",\"\"eq\"\":\"\"ios\"\"}\",,,\r\n")
	sheet.Name, sheet.Status, sheet.JSON = "a spreadsheet", 200, map[string]any{"/read": 2, "/changed": 2}
	sheet.After = func(t *testing.T, h *lanetest.Harness, _ lanetest.Answer) {
		h.Run(t, lanetest.Scenario{Name: "is as it says", Path: lineItems + "/l2", As: identity.Admin, Status: 200, JSON: map[string]any{
			"/thing/bid_micros": 2000, "/thing/caps/1/count": 10, "/thing/caps/1/window": "7d", "/thing/zone": "Asia/Seoul",
			"/thing/targeting": "os IN ('ios', 'android') AND age >= 20",
		}})
	}
	poison := ndjson(`{"thing":"advertiser","id":"q","name":"'); DROP TABLE things; --"}` + "\n" + `{"thing":"advertiser","id":"-2","name":"=cmd|' /C calc'!A0"}`)
	poison.Name, poison.Status = "SQL and formulas in names are only text", 200
	poison.After = func(t *testing.T, h *lanetest.Harness, _ lanetest.Answer) {
		h.Run(t, lanetest.Scenario{Name: "as they were", Path: "/v1/allocation/advertisers/q", As: identity.Admin, Status: 200, JSON: map[string]any{"/thing/name": "'); DROP TABLE things; --"}})
	}
	kill := lanetest.Scenario{Name: "kill", Method: "POST", Path: creatives + "/x/kill", As: identity.Admin, Status: 200, JSON: map[string]any{"/thing/status": "killed"}}
	killed := ndjson(`{"thing":"advertiser","id":"fresh","name":"F"}` + "\n" + `{"thing":"creative","id":"x","line_item":"l","title":"back from the dead"}`)
	killed.Name, killed.Status, killed.Code, killed.Fields = "what was killed stays so, and nothing else is written", 409, "allocation.killed", []string{"line 2"}
	killed.After = func(t *testing.T, h *lanetest.Harness, _ lanetest.Answer) {
		h.Run(t, lanetest.Scenario{Name: "nothing", Path: "/v1/allocation/advertisers/fresh", As: identity.Admin, Status: 404})
	}
	resume := lanetest.Scenario{Name: "nor can it be resumed", Method: "POST", Path: creatives + "/x/resume", As: identity.Admin, Status: 409, Code: "allocation.killed"}
	stranger := ndjson(shop)
	stranger.Name, stranger.As, stranger.Status = "a service is no admin", identity.Service, 403
	h.Run(t, backwards, again, sheet, poison, kill, killed, resume, stranger)
}

// TestManyMistakes: the first hundred are named, and the rest is not read.
func TestManyMistakes(t *testing.T) {
	h := lanetest.Start(t, module(nil))
	a := h.Do(t, ndjson(strings.Repeat(`{"thing":"advertiser","id":"!","name":""}`+"\n", 1000)))
	var p struct{ Errors []struct{ Pointer string } }
	if err := json.Unmarshal(a.Body, &p); err != nil || a.Status != 422 || len(p.Errors) < 100 || len(p.Errors) > 200 {
		t.Errorf("%d, %d mistakes are named, %v", a.Status, len(p.Errors), err)
	}
}

// TestDecisionsGoOnDuringAnImport: while thousands of things are being written, decisions are made.
func TestDecisionsGoOnDuringAnImport(t *testing.T) {
	const items = 2500
	h := lanetest.Start(t, module(nil))
	importThings(t, h, shop)
	var b strings.Builder
	for n := range items {
		fmt.Fprintf(&b, `{"thing":"line_item","id":"m%d","campaign":"c","bid_micros":%d,"targeting":"kv.n = '%d'","daily_budget_micros":5000000}`+"\n", n, 2_000_000+n*1000, n%50)
		fmt.Fprintf(&b, `{"thing":"creative","id":"mx%d","line_item":"m%d","title":"t"}`+"\n", n, n)
	}
	var done atomic.Bool
	var served atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() {
		for !done.Load() {
			if a := h.Do(t, lanetest.Scenario{Method: "POST", Path: decisions, Body: `{"placements":[{"id":"p"}]}`}); a.Status != 200 {
				t.Errorf("a decision was answered %d %s", a.Status, a.Body)
				return
			}
			served.Add(1)
		}
	})
	a := h.Do(t, ndjson(b.String()))
	during := served.Load()
	done.Store(true)
	wg.Wait()
	if a.Status != 200 || during == 0 {
		t.Errorf("the import: %d %s; %d decisions were made meanwhile", a.Status, a.Body, during)
	}
	eventually(t, "decisions see the import", func() bool {
		a := h.Do(t, lanetest.Scenario{Method: "POST", Path: decisions, Body: `{"placements":[{"id":"p"}],"attributes":{"kv.n":"49"}}`})
		return strings.Contains(string(a.Body), `"line_item":"m2499"`)
	})
}
