package waitlist

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/db"
	"github.com/hotlane/hotlane/platform/identity"
)

const privacy = `{"consents":[{"name":"privacy","version":1,"text":{"ko":"동의해요","en":"I agree"},"required":true}]}`

// actions are what the ledger says happened, in order.
func actions(entries []Entry) []string {
	list := []string{}
	for _, e := range entries {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s by %s", e.Consent, e.Action, e.How)))
	}
	return list
}

func TestUnsubscribeAndComeBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(privacy)
		first := h.on("a@example.com", `"consents":{"privacy":1}`)
		second := h.on("b@example.com", `"consents":{"privacy":1}`)
		leave := "/v1/waitlist/me/unsubscribe/" + h.link("a@example.com", "unsubscribe")
		h.Clock.Advance(hour)
		h.Work(t)
		click := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
		for range 2 {
			h.Run(t, lanetest.Scenario{Name: "one click", Method: "POST", Path: leave, Header: click, Body: "List-Unsubscribe=One-Click", Status: 204})
		}
		if p := h.status(first); p.Stage != Unsubscribed || p.Position != 0 || p.Total != 1 {
			t.Errorf("who left: %+v", p)
		}
		if p := h.status(second); p.Position != 1 {
			t.Errorf("who was behind: %+v", p)
		}
		before := len(h.Mailbox.All())
		h.Work(t)
		if n := len(h.Mailbox.All()); n != before {
			t.Errorf("%d mails after all left", n-before)
		}
		h.Clock.Advance(hour)
		if p := h.on("A@example.com", `"consents":{"privacy":1}`); p.Position != 2 || p.Code != first.Code {
			t.Errorf("who came back: %+v", p)
		}
		one, ledger, err := h.lane().Signup(t.Context(), "spring", h.id("a@example.com"))
		if err != nil || one.UnsubscribedAt != nil {
			t.Fatal(err, one)
		}
		want := []string{"privacy given by api", "privacy withdrawn by one-click", "privacy given by api"}
		if diff := cmp.Diff(want, actions(ledger)); diff != "" {
			t.Error(diff)
		}
		if e := ledger[0]; e.TextHash != textHash("I agree") || e.Version != 1 || e.Lang != "en" || e.Network != "127.0.0.0/24" || !e.At.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", e)
		}
	})
}

func TestErasure(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(privacy)
		p := h.on("Secret.Person@example.com", `"consents":{"privacy":1}`, `"name":"Someone Special"`)
		h.join("pending.person@example.com", `"consents":{"privacy":1}`)
		h.Clock.Advance(hour)
		h.Run(t,
			lanetest.Scenario{Name: "a visitor may not", Method: "POST", Path: "/v1/waitlist/erasures", Body: `{"address":"secret.person@example.com"}`, Status: 401},
			lanetest.Scenario{
				Name: "by address, in any case", Method: "POST", Path: "/v1/waitlist/erasures", As: identity.Service, Body: `{"address":"SECRET.person@EXAMPLE.com"}`,
				Status: 200, JSON: map[string]any{"/erased": 1},
			},
			lanetest.Scenario{Name: "their link is gone", Path: "/v1/waitlist/me/status/" + p.StatusURL[strings.LastIndexByte(p.StatusURL, '/')+1:], Status: 410, Code: "waitlist.gone"},
			lanetest.Scenario{Name: "not an address", Method: "POST", Path: "/v1/waitlist/erasures", As: identity.Service, Body: `{"address":"x"}`, Status: 422, Fields: []string{"/address"}},
		)
		sent := len(h.Mailbox.All())
		h.Clock.Advance(30 * day)
		h.join("secret.person@example.com", `"consents":{"privacy":1}`) // answered as ever
		h.Work(t)
		for _, m := range h.Mailbox.All()[sent:] {
			if m.To == "secret.person@example.com" {
				t.Errorf("mailed after the erasure: %s", m.Subject)
			}
		}
		h.findNowhere("secret.person", "Someone Special")
		ledger, err := h.lane().Ledger(t.Context(), "secret.person@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"privacy given by api", "erased by admin"}, actions(ledger)); diff != "" || ledger[0].Network != "" {
			t.Errorf("%s%+v", diff, ledger)
		}
		h.Run(t, lanetest.Scenario{
			Name: "an admin lets them come back", Method: "POST", Path: "/v1/waitlist/erasures/allow", As: identity.Admin,
			Body: `{"address":"secret.person@example.com"}`, Status: 200, JSON: map[string]any{"/was_erased": true},
		})
		h.on("secret.person@example.com", `"consents":{"privacy":1}`)
	})
}

func TestErasingOneself(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		p := h.on("a@example.com")
		h.Work(t)
		path := "/v1/waitlist/me/status/" + p.StatusURL[strings.LastIndexByte(p.StatusURL, '/')+1:]
		h.Run(t,
			lanetest.Scenario{Name: "with one's own link", Method: "DELETE", Path: path, Status: 204},
			lanetest.Scenario{Name: "twice", Method: "DELETE", Path: path, Status: 410, Code: "waitlist.gone"},
		)
		h.Clock.Advance(hour)
		h.join("a@example.com")
		h.Work(t)
		if sent := h.subjects("a@example.com"); len(sent) != 2 {
			t.Errorf("%q", sent)
		}
	})
}

// findNowhere looks into every column of every table of the lane's database.
func (h *testLane) findNowhere(texts ...string) {
	h.t.Helper()
	d := h.DBs.DB(name)
	catalogue := "SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'"
	if d.Dialect() == db.Postgres {
		catalogue = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
	}
	rows, err := d.Query(h.t.Context(), catalogue)
	if err != nil {
		h.t.Fatal(err)
	}
	var found [][2]string
	for rows.Next() {
		var c [2]string
		if err := rows.Scan(&c[0], &c[1]); err != nil {
			h.t.Fatal(err)
		}
		found = append(found, c)
	}
	if err := rows.Err(); err != nil || len(found) < 40 {
		h.t.Fatal(len(found), err)
	}
	for _, c := range found {
		for _, text := range texts {
			var n int
			query := fmt.Sprintf(`SELECT count(*) FROM "%s" WHERE lower(CAST("%s" AS TEXT)) LIKE $1`, c[0], c[1])
			if err := d.QueryRow(h.t.Context(), query, "%"+strings.ToLower(text)+"%").Scan(&n); err != nil {
				h.t.Fatal(err)
			}
			if n > 0 {
				h.t.Errorf("%q is in %s.%s", text, c[0], c[1])
			}
		}
	}
}

func TestRetention(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.patch(`{"retention":{"unconfirmed_days":10,"all_days":20}}`)
		h.on("old@example.com")
		for i := range 2*expireChunk + 5 {
			h.join(fmt.Sprintf("pending%d@example.com", i))
		}
		left := func() int {
			found, err := h.lane().Search(t.Context(), Filter{List: "spring", Limit: 1000})
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		h.Clock.Advance(9 * day)
		h.join("young@example.com")
		h.Work(t)
		if n := left(); n != 2*expireChunk+7 {
			t.Errorf("%d after nine days", n)
		}
		h.Clock.Advance(2 * day)
		h.Work(t)
		if n := left(); n != 2 {
			t.Errorf("%d after eleven days, want the confirmed and the young one", n)
		}
		h.Clock.Advance(30 * day)
		h.Work(t)
		if n := left(); n != 0 {
			t.Errorf("%d at last", n)
		}
		h.on("old@example.com") // it was the time, not the person: they may come back
	})
}
