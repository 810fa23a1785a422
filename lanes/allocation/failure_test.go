package allocation_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // a second program that holds a lock

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/lanes/allocation"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/identity"
)

const (
	paidPrice  = 1_000
	paidBudget = 400_000
)

// kiosk sells one ad with a daily budget, one with a cap for each user, and has content and a house item.
const kiosk = `{"thing":"advertiser","id":"a","name":"A"}
{"thing":"advertiser","id":"b","name":"B"}
{"thing":"campaign","id":"c","advertiser":"a","name":"C"}
{"thing":"campaign","id":"d","advertiser":"b","name":"D"}
{"thing":"line_item","id":"paid","campaign":"c","bid_micros":1000000,"daily_budget_micros":400000}
{"thing":"creative","id":"x","line_item":"paid","title":"t","landing":"https://example.com/x"}
{"thing":"line_item","id":"free","campaign":"d","bid_micros":500000,"caps":[{"count":1,"window":"24h"}]}
{"thing":"creative","id":"y","line_item":"free","title":"t","landing":"https://example.com/y"}
{"thing":"line_item","id":"news","kind":"content","score":1}
{"thing":"creative","id":"n","line_item":"news","title":"n"}
{"thing":"line_item","id":"house","tier":"house"}
{"thing":"creative","id":"h","line_item":"house","title":"h","landing":"/app"}
{"thing":"placement","id":"p","slots":3,"mix":[{"kind":"ad","count":1},{"kind":"content","count":1}]}
`

// outage is a database that goes away and comes back.
type outage struct {
	t      *testing.T
	h      *lanetest.Harness
	users  int
	tokens []string // of paid, not reported
	acked  int      // impressions of paid that were acknowledged
}

// shown is what a decision served, by line item, with the tokens.
func (o *outage) shown() map[string]string {
	o.t.Helper()
	o.users++
	a := o.h.Do(o.t, lanetest.Scenario{Method: "POST", Path: decisions, Body: fmt.Sprintf(`{"placements":[{"id":"p"}],"user":{"id":"u%d"}}`, o.users)})
	var out struct {
		Placements []struct {
			Items []struct {
				LineItem string `json:"line_item"`
				Token    string `json:"token"`
			} `json:"items"`
		} `json:"placements"`
	}
	if err := json.Unmarshal(a.Body, &out); err != nil || a.Status != 200 {
		o.t.Fatalf("a decision: %d %s", a.Status, a.Body)
	}
	served := map[string]string{}
	for _, it := range out.Placements[0].Items {
		served[it.LineItem] = it.Token
	}
	if served["paid"] != "" {
		o.tokens = append(o.tokens, served["paid"])
	}
	return served
}

func (o *outage) report(kind, token string) lanetest.Answer {
	return o.h.Do(o.t, lanetest.Scenario{Path: "/v1/events/" + kind + "/" + token})
}

// confirm reports an impression that must be acknowledged.
func (o *outage) confirm() string {
	o.t.Helper()
	token := o.tokens[0]
	o.tokens = o.tokens[1:]
	if a := o.report("impression", token); a.Status != 200 {
		o.t.Fatalf("an impression: %d %s", a.Status, a.Body)
	}
	o.acked++
	return token
}

// open sells a little, so that there are leases, tokens and something acknowledged.
func (o *outage) open() {
	o.t.Helper()
	importThings(o.t, o.h, kiosk)
	eventually(o.t, "there is a lease", func() bool { return o.shown()["paid"] != "" })
	for range 3 {
		o.shown()
	}
	o.confirm()
}

// down checks what must be so while the ledger cannot be written: nothing waits, nothing is promised that is not held.
func (o *outage) down(known string) {
	o.t.Helper()
	served := 0
	for n := 0; ; n++ {
		got := o.shown()
		if got["paid"] == "" && n > 0 {
			if got["free"] == "" || got["news"] == "" || got["house"] == "" {
				o.t.Fatalf("what needs no lease does not fill: %v", got)
			}
			break
		}
		if served++; served*paidPrice > paidBudget {
			o.t.Fatal("more than the budget was served without a lease")
		}
	}
	for range 20 {
		if got := o.shown(); got["paid"] != "" {
			o.t.Fatalf("paid was withheld and is served again without a lease: %v", got)
		}
	}
	token := o.tokens[0]
	for _, kind := range []string{"impression", "conversion"} {
		if a := o.report(kind, token); a.Status != 503 || a.Header.Get("Retry-After") == "" {
			o.t.Errorf("%s: %d %s", kind, a.Status, a.Body)
		}
	}
	a := o.h.Do(o.t, lanetest.Scenario{Method: "POST", Path: "/v1/events", Body: `{"events":[{"type":"impression","token":"` + token + `"},{"type":"impression","token":"` + known + `"}]}`})
	if a.Status != 503 {
		o.t.Errorf("events in bulk: %d %s", a.Status, a.Body)
	}
	a = o.report("click", token)
	if a.Status != 302 || a.Header.Get("Location") != "https://example.com/x" || a.Header.Get("X-Hotlane-Not-Recorded") != "db.unavailable" {
		o.t.Errorf("a click: %d %v", a.Status, a.Header)
	}
}

// adminDown checks that what would change the catalogue is refused while it cannot be.
func (o *outage) adminDown() {
	o.t.Helper()
	for _, s := range []lanetest.Scenario{
		{Method: "POST", Path: "/v1/allocation/advertisers", Body: `{"id":"late","name":"L"}`},
		{Method: "PUT", Path: campaigns + "/c", Body: `{"advertiser":"a","name":"changed"}`},
		{Method: "POST", Path: lineItems + "/paid/kill"},
		ndjson(`{"thing":"advertiser","id":"late","name":"L"}`),
	} {
		s.As = identity.Admin
		if a := o.h.Do(o.t, s); a.Status != 503 || a.Header.Get("Retry-After") == "" {
			o.t.Errorf("%s %s: %d %s", s.Method, s.Path, a.Status, a.Body)
		}
	}
	if got := o.shown(); got["news"] == "" {
		o.t.Errorf("decisions do not go on: %v", got)
	}
}

// up checks that all is as if nothing had been, and nothing acknowledged is lost.
func (o *outage) up(known string) {
	o.t.Helper()
	o.h.Clock.Advance(2 * time.Second) // a refusal of the ledger stands for one
	eventually(o.t, "the ledger can be written again", func() bool {
		if a := o.report("impression", o.tokens[0]); a.Status != 200 {
			return false
		}
		return true
	})
	o.tokens, o.acked = o.tokens[1:], o.acked+1
	eventually(o.t, "there are leases again", func() bool {
		o.h.Clock.Advance(time.Millisecond)
		return o.shown()["paid"] != ""
	})
	for len(o.tokens) > 0 {
		o.confirm()
	}
	a := o.h.Do(o.t, lanetest.Scenario{Method: "POST", Path: "/v1/events", Body: `{"events":[{"type":"impression","token":"` + known + `"}]}`})
	if !strings.Contains(string(a.Body), `"repeated"`) {
		o.t.Errorf("what was acknowledged before the outage is not known: %d %s", a.Status, a.Body)
	}
	o.h.Run(o.t,
		lanetest.Scenario{
			Name: "everything acknowledged is counted once, and what was refused is not",
			Path: "/v1/allocation/reports?by=day&line_item=paid&from=2026-03-01&to=2026-03-04", As: identity.Admin, Status: 200,
			JSON: map[string]any{
				"/rows/0/impressions": o.acked, "/rows/0/clicks": 0, "/rows/0/conversions": 0, "/rows/0/spend_micros": o.acked * paidPrice,
				"/rows/1": lanetest.Missing,
			},
		},
		lanetest.Scenario{Name: "the refused write is not there", Path: "/v1/allocation/advertisers/late", As: identity.Admin, Status: 404},
		lanetest.Scenario{Name: "and can be made now", Method: "POST", Path: "/v1/allocation/advertisers", Body: `{"id":"late","name":"L"}`, As: identity.Admin, Status: 200},
		lanetest.Scenario{Name: "what was to be killed lives", Path: lineItems + "/paid", As: identity.Admin, Status: 200, JSON: map[string]any{"/thing/status": "active"}},
	)
}

// lockFile holds the only write transaction of a SQLite file, as another program may.
func lockFile(t *testing.T, file string) (unlock func()) {
	t.Helper()
	other, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	c, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, file+" is locked", func() bool {
		_, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE")
		return err == nil
	})
	return func() {
		if _, err := c.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestLocked: another program holds the lock of the ledger, and then of the catalogue too.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	h := lanetest.Start(t, module(nil), lanetest.In(dir), lanetest.On(db.Config{BusyTimeout: 10 * time.Millisecond}))
	o := &outage{t: t, h: h}
	o.open()
	known := o.confirm()
	unlockLedger := lockFile(t, filepath.Join(dir, "allocation_ledger.db"))
	o.down(known)
	unlockThings := lockFile(t, filepath.Join(dir, "allocation.db"))
	o.adminDown()
	unlockThings()
	unlockLedger()
	o.up(known)
}

// TestLockedCapsMustBeWritten: with caps.flush 0 and a log that cannot be written, what has a cap is withheld, the rest
// fills, and when the log can be written again what has a cap is shown again.
func TestLockedCapsMustBeWritten(t *testing.T) {
	dir := t.TempDir()
	h := lanetest.Start(t, module(func(c *allocation.Config) { c.Caps.Flush = 0 }), lanetest.In(dir), lanetest.On(db.Config{BusyTimeout: 10 * time.Millisecond}))
	o := &outage{t: t, h: h}
	importThings(t, h, kiosk)
	h.Run(t, lanetest.Scenario{Method: "POST", Path: lineItems + "/paid/pause", As: identity.Admin, Status: 200})
	shows := func(id string) func() bool { return func() bool { _, ok := o.shown()[id]; return ok } }
	eventually(t, "what has a cap is shown", shows("free"))
	unlock := lockFile(t, filepath.Join(dir, "allocation_ledger.db"))
	served := o.shown()
	if _, ok := served["free"]; ok || served["news"] == "" {
		t.Errorf("with a log that cannot be written: %v", served)
	}
	unlock()
	eventually(t, "what has a cap is shown again", shows("free"))
}
