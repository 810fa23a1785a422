package allocation_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

// TestRequiredFieldsAreTheSameByEveryWay: what the API's schema requires of a thing, its rules require of an import, and nothing else.
func TestRequiredFieldsAreTheSameByEveryWay(t *testing.T) {
	h := lanetest.Start(t, module(nil))
	importThings(t, h, shop)
	for plural, c := range map[string]struct {
		kind, whole string
		required    []string // besides the id, which the API makes and an import must have
	}{
		"advertisers": {"advertiser", `{"name":"N","status":"active"}`, nil},
		"campaigns": {
			"campaign", `{"advertiser":"a","name":"N","total_budget_micros":1000,"caps":[{"count":1,"window":"1h"}],"status":"active"}`,
			[]string{"advertiser"},
		},
		"line_items": {
			"line_item", `{"campaign":"c","name":"N","kind":"ad","tier":"standard","bid_type":"cpm","bid_micros":1000,"daily_budget_micros":9000,
				"zone":"UTC","daypart":"mon-fri 07:00-09:30","pacing":"asap","targeting":"os = 'ios'","score":1,"topic":"t","placements":["p"]}`,
			[]string{"bid_micros", "campaign"}, // an ad's
		},
		"creatives": {
			"creative", `{"line_item":"l","title":"T","image":"/i","landing":"/l","weight":2,"extra":{"a":1},"status":"active"}`,
			[]string{"line_item"},
		},
		"placements": {"placement", `{"name":"N","slots":2,"mix":[{"kind":"ad","count":1}],"floor_micros":5,"tiers":["standard"],"status":"active"}`, nil},
	} {
		var whole map[string]any
		if err := json.Unmarshal([]byte(c.whole), &whole); err != nil {
			t.Fatal(err)
		}
		for _, field := range slices.Sorted(maps.Keys(whole)) {
			thing := maps.Clone(whole)
			delete(thing, field)
			want := 200
			if slices.Contains(c.required, field) {
				want = 422
			}
			thing["id"] = "by-api-without-" + field
			if a := h.Do(t, lanetest.Scenario{Method: "POST", Path: "/v1/allocation/" + plural, As: identity.Admin, Body: text(t, thing)}); a.Status != want {
				t.Errorf("API: %s without %s: %d %s, want %d", c.kind, field, a.Status, a.Body, want)
			}
			thing["id"], thing["thing"] = "by-import-without-"+field, c.kind
			a := h.Do(t, ndjson(text(t, thing)))
			if a.Status != want || want == 422 && !strings.Contains(string(a.Body), "/"+field) {
				t.Errorf("import: %s without %s: %d %s, want %d", c.kind, field, a.Status, a.Body, want)
			}
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
