package waitlist

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/oklog/ulid/v2"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
)

func TestLists(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		admin := func(name, method, path, body string, status int, fields ...string) lanetest.Scenario {
			return lanetest.Scenario{Name: name, Method: method, Path: "/v1/waitlist" + path, As: identity.Admin, Body: body, Status: status, Fields: fields}
		}
		h.Run(t,
			lanetest.Scenario{Name: "not for visitors", Path: "/v1/waitlist", Status: 401},
			lanetest.Scenario{Name: "nor to make", Method: "POST", Path: "/v1/waitlist", As: identity.Service, Body: `{"slug":"x1","name":{"en":"X"}}`, Status: 403},
			admin("all that is wrong is named", "POST", "", `{"slug":"me","name":{},"accepts":"phone","fields":[{"name":"a","label":{},"kind":"choice"}],
				"consents":[{"name":"c","version":1,"text":{}}],"webhook":{"url":"ftp://x"},"origins":["https://a.com/path"],"share_url":"x:y"}`, 422,
				"/slug", "/name", "/fields/0/label", "/fields/0/choices", "/consents/0/text", "/webhook/url", "/webhook/secret", "/origins/0", "/share_url"),
			admin("a name that would break a mail's header", "POST", "", `{"slug":"x1","name":{"en":"a\r\nBcc: b@example.com"}}`, 422, "/name/en"),
			admin("make", "POST", "", `{"slug":"autumn","name":{"ko":"가을"},"consents":[{"name":"c","version":1,"text":{"ko":"네"}}]}`, 200),
			admin("again", "POST", "", `{"slug":"autumn","name":{"ko":"가을"}}`, 409),
			lanetest.Scenario{Name: "all", Path: "/v1/waitlist", As: identity.Admin, Status: 200, JSON: map[string]any{"/lists/0/slug": "autumn", "/lists/1/slug": "spring"}},
			admin("a changed text needs a version", "PATCH", "/autumn", `{"consents":[{"name":"c","version":1,"text":{"ko":"아니요"}}]}`, 422, "/consents/0/version"),
			admin("with one", "PATCH", "/autumn", `{"consents":[{"name":"c","version":2,"text":{"ko":"아니요"}}],"closed":true}`, 200),
			lanetest.Scenario{
				Name: "what is left out stays", Method: "PATCH", Path: "/v1/waitlist/autumn", As: identity.Admin, Body: `{"closed":false}`, Status: 200,
				JSON: map[string]any{"/name/ko": "가을", "/consents/0/version": 2, "/closed": lanetest.Missing},
			},
			admin("an unknown one", "PATCH", "/none", `{"closed":true}`, 404),
			admin("delete", "DELETE", "/autumn", "", 204),
			admin("gone", "GET", "/autumn", "", 404),
		)
		h.join("a@example.com")
		h.Run(t, lanetest.Scenario{Name: "not while somebody is on it", Method: "DELETE", Path: "/v1/waitlist/spring", As: identity.Admin, Status: 409, Code: "waitlist.list_used"})
	})
}

// TestListsOfOtherNodes: what one node edits, another knows when it has looked.
func TestListsOfOtherNodes(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		other := newShelf(h.lane().kept.Lists)
		look := func() *List {
			t.Helper()
			if err := other.refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			l, err := other.get("spring")
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		if look().Closed {
			t.Error("closed already")
		}
		first := look()
		if look() != first {
			t.Error("read again without a change")
		}
		h.patch(`{"closed":true}`)
		if !look().Closed {
			t.Error("not closed")
		}
		h.Clock.Advance(time.Second)
		h.Run(t,
			lanetest.Scenario{Name: "delete", Method: "DELETE", Path: "/v1/waitlist/spring", As: identity.Admin, Status: 204},
			lanetest.Scenario{Name: "make again", Method: "POST", Path: "/v1/waitlist", As: identity.Admin, Body: `{"slug":"spring","name":{"en":"Second"}}`, Status: 200},
			lanetest.Scenario{Name: "as often as before", Method: "PATCH", Path: "/v1/waitlist/spring", As: identity.Admin, Body: `{"closed":false}`, Status: 200},
		)
		if look().Name.En != "Second" {
			t.Error("made again, and not read again")
		}
	})
}

func TestSearch(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		for i := range 7 {
			h.join(fmt.Sprintf("p%d@example.com", i))
			h.Clock.Advance(time.Second)
		}
		h.confirm("p3@example.com")
		page := func(query string) (list []string) {
			t.Helper()
			for after := ""; ; {
				out := decode[SearchOut](t, h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/spring/signups?limit=3&" + query + "&after=" + after, As: identity.Admin}))
				for _, s := range out.Signups {
					list = append(list, s.Address[:2])
				}
				if after = out.Next; after == "" {
					return list
				}
			}
		}
		for query, want := range map[string][]string{
			"":              {"p6", "p5", "p4", "p3", "p2", "p1", "p0"},
			"address=p":     {"p0", "p1", "p2", "p3", "p4", "p5", "p6"},
			"address=P3@ex": {"p3"}, "address=x": nil, "address=%25": nil,
			"stage=waiting": {"p3"}, "address=p&stage=pending": {"p0", "p1", "p2", "p4", "p5", "p6"},
		} {
			if diff := cmp.Diff(want, page(query)); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
		}
		h.Run(t, lanetest.Scenario{Name: "nobody", Path: "/v1/waitlist/spring/signups/01KJNXGE00B3XX8ZC0NC620ABH", As: identity.Admin, Status: 404, Code: "waitlist.no_signup"})
	})
}

func TestStats(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.Clock.Set(time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC)) // half past eleven at night in Seoul
		first := h.on("a@example.com", `"source":"blog"`, `"utm":{"campaign":"x"}`)
		h.Clock.Advance(hour)
		h.join("b@example.com", `"source":"blog"`)
		h.on("c@example.com", fmt.Sprintf(`"ref":%q`, first.Code))
		h.invite("one", 1)
		got := decode[Stats](t, h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/spring/stats?offset=540", As: identity.Admin}))
		want := Stats{
			Funnel:    Funnel{SignedUp: 3, Confirmed: 2, Invited: 1},
			Days:      []DayCount{{"2026-03-02", 1, 1}, {"2026-03-03", 2, 1}},
			Sources:   []Count{{"blog", 2, 1}, {"", 1, 1}},
			Campaigns: []Count{{"", 2, 1}, {"x", 1, 1}},
			Referred:  Count{"referred", 1, 1}, Direct: Count{"direct", 2, 1},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		utc := decode[Stats](t, h.Do(t, lanetest.Scenario{Path: "/v1/waitlist/spring/stats", As: identity.Admin}))
		if diff := cmp.Diff([]DayCount{{"2026-03-02", 3, 2}}, utc.Days); diff != "" {
			t.Error(diff)
		}
		for view, columns := range map[string]int{
			"waitlist_signups_by_day": 6, "waitlist_signups_by_source": 5, "waitlist_signups_by_utm": 7, "waitlist_signups_by_referral": 5,
			"waitlist_funnel": 6, "waitlist_consents_given": 6,
		} {
			rows, err := h.DBs.DB(name).Query(t.Context(), "SELECT * FROM "+view)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for rows.Next() {
				cells, into := make([]any, columns), make([]any, columns)
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := rows.Scan(into...); err != nil {
					t.Fatalf("%s: %v", view, err)
				}
				n++
			}
			if err := rows.Err(); err != nil || n == 0 && view != "waitlist_consents_given" {
				t.Errorf("%s: %d rows, %v", view, n, err)
			}
		}
	})
}

// TestSignUpToADeletedList: a form that was checked before its list was deleted leaves nobody behind whom no erasure finds.
func TestSignUpToADeletedList(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		l, err := h.lane().List("spring")
		if err != nil {
			t.Fatal(err)
		}
		h.Run(t, lanetest.Scenario{Name: "delete", Method: "DELETE", Path: "/v1/waitlist/spring", As: identity.Admin, Status: 204})
		j, err := (&Form{Email: "late@example.com"}).check(l)
		if err != nil {
			t.Fatal(err)
		}
		j.signup.ID = ulid.Make().String()
		if err := h.lane().kept.Join(t.Context(), j); !errors.Is(err, ErrNoList) {
			t.Errorf("%v, want %v", err, ErrNoList)
		}
		h.findNowhere("late@example.com")
	})
}
