package waitlist

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/notify"
	"github.com/hotlane/hotlane/platform/telemetry"
)

// TestMailServerDownForAnHour: nothing is lost, nothing is sent twice, and nothing hammers the server.
func TestMailServerDownForAnHour(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.Mailbox.Fail(notify.ErrMail)
		const people = 40
		attempts := 0
		for minute := range 60 {
			if minute < people {
				h.join(fmt.Sprintf("p%d@example.com", minute))
				h.join(fmt.Sprintf("p%d@example.com", minute/2)) // impatient ones
			}
			attempts += h.Work(t)
			h.Clock.Advance(time.Minute)
		}
		if most := people * 20; attempts > most {
			t.Errorf("%d attempts in an hour, want at most %d", attempts, most)
		}
		h.Mailbox.Fail(nil)
		for range 12 {
			h.Work(t)
			h.Clock.Advance(time.Minute)
		}
		h.eachOnce(people)
	})
}

// eachOnce expects one mail to each of p0@example.com and on.
func (h *testLane) eachOnce(people int) {
	h.t.Helper()
	if n := len(h.Mailbox.All()); n != people {
		h.t.Errorf("%d mails, want %d", n, people)
	}
	for i := range people {
		if address := fmt.Sprintf("p%d@example.com", i); len(h.subjects(address)) != 1 {
			h.t.Errorf("%s: %q", address, h.subjects(address))
		}
	}
}

// fussy takes mails until it is told to fail for some addresses.
type fussy struct {
	notify.Mailer
	mu    sync.Mutex
	fails map[string]error
}

func (f *fussy) Send(ctx context.Context, m notify.Mail) error {
	f.mu.Lock()
	err := f.fails[m.To]
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

// TestOneJobOfMany: of one job those that were not sent are sent again, and only those.
func TestOneJobOfMany(t *testing.T) {
	eachFussy(t, func(t *testing.T, h *testLane, server *fussy) {
		const people = 30
		server.fails["p7@example.com"] = notify.ErrMail
		h.joinTogether(people)
		h.Work(t)
		if n := len(h.Mailbox.All()); n != people-1 {
			t.Fatalf("%d mails, want all but one", n)
		}
		delete(server.fails, "p7@example.com")
		h.Clock.Advance(time.Minute)
		h.Work(t)
		h.eachOnce(people)
	})
}

// joinTogether signs people up in one commit.
func (h *testLane) joinTogether(people int) {
	h.t.Helper()
	var group sync.WaitGroup
	for i := range people {
		group.Go(func() {
			if err := h.lane().SignUp(h.t.Context(), "spring", &Form{Email: fmt.Sprintf("p%d@example.com", i)}); err != nil {
				h.t.Error(err)
			}
		})
	}
	group.Wait()
}

// TestOneAddressAtOnce: however many send it at one moment, in whatever writing, it is one sign-up and one mail.
func TestOneAddressAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		var group sync.WaitGroup
		for i := range 30 {
			address := []string{"P0@example.com", "p0@EXAMPLE.com", " p0@example.com"}[i%3]
			group.Go(func() {
				if err := h.lane().SignUp(t.Context(), "spring", &Form{Email: address, Name: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		h.Work(t)
		h.eachOnce(1)
		h.id("p0@example.com")
	})
}

func TestRefusedAddress(t *testing.T) {
	eachFussy(t, func(t *testing.T, h *testLane, server *fussy) {
		server.fails["gone@example.com"] = notify.ErrRejected
		h.join("gone@example.com")
		h.Work(t)
		delete(server.fails, "gone@example.com")
		h.Clock.Advance(24 * time.Hour)
		h.join("gone@example.com")
		h.Work(t)
		id := h.id("gone@example.com")
		h.Run(t, lanetest.Scenario{
			Name: "is bouncing", Path: "/v1/waitlist/spring/signups/" + id, As: identity.Admin, Status: 200, JSON: map[string]any{"/signup/bounced": true},
		})
		if sent := h.subjects("gone@example.com"); len(sent) != 0 {
			t.Errorf("mailed: %q", sent)
		}
		h.Run(t, lanetest.Scenario{
			Name: "an admin tries again", Method: "POST", Path: "/v1/waitlist/spring/signups/" + id + "/resend", As: identity.Admin, Status: 202,
		})
		h.confirm("gone@example.com")
		h.Run(t, lanetest.Scenario{
			Name: "who is confirmed is not reminded", Method: "POST", Path: "/v1/waitlist/spring/signups/" + id + "/resend", As: identity.Admin,
			Status: 409, Code: "waitlist.confirmed",
		})
	})
}

// TestCrashBetweenCommitAndMail: what was acknowledged is there after a crash, with its mail.
func TestCrashBetweenCommitAndMail(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.joinTogether(20)
		h.Crash()
		h.Restart()
		h.Work(t)
		h.eachOnce(20)
		h.Crash()
		h.Restart()
		h.Work(t)
		h.eachOnce(20)
		if p := h.confirm("p3@example.com"); p.Position != 1 { // links from before the crash hold
			t.Errorf("%+v", p)
		}
	})
}

func TestMails(t *testing.T) {
	h := start(t, nil)
	h.patch(`{"name":{"ko":"봄 & <b>","en":"Spring"},"referral":{"places":5}}`)
	h.join("a@example.com", `"lang":"ko"`, `"name":"http://spam.example <b>"`)
	h.confirm("a@example.com")
	h.Work(t)
	sent := h.Mailbox.All()
	if len(sent) != 2 {
		t.Fatalf("%d mails", len(sent))
	}
	ids := map[string]bool{}
	for i, m := range sent {
		if m.Lang != "ko" || !strings.HasPrefix(m.Unsubscribe, h.URL+"/v1/waitlist/me/unsubscribe/") || m.ID == "" || ids[m.ID] {
			t.Errorf("%+v", m)
		}
		ids[m.ID] = true
		if !strings.Contains(m.HTML, "봄 &amp; &lt;b&gt;") || strings.Contains(m.HTML, "<b>") || !strings.Contains(m.Subject, "봄 & <b>") {
			t.Errorf("the list's name: %s\n%s", m.Subject, m.HTML)
		}
		if spam := strings.Contains(m.Text, "spam.example"); spam != (i == 1) {
			t.Errorf("the name in mail %d: %v; before the address is confirmed nobody may put words into our mail", i, spam)
		}
	}
	if !strings.Contains(sent[1].Text, "5칸") || !strings.Contains(sent[1].Text, "/waitlist/spring?ref=") {
		t.Error(sent[1].Text)
	}
}

// receiver is a list's webhook.
type receiver struct {
	mu     sync.Mutex
	status int
	ids    map[string]int
	events []map[string]any
	bad    error
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := notify.Verify(req.Header, body, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), hookSecret); err != nil {
		r.bad = err
	}
	r.ids[req.Header.Get("webhook-id")]++
	if r.status == 200 {
		var e map[string]any
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, err
		}
		r.events = append(r.events, e)
	}
	return &http.Response{StatusCode: r.status, Body: http.NoBody, Request: req, Header: http.Header{}}, nil
}

const hookSecret = telemetry.Secret("whsec_c2VjcmV0LW9mLTMyLWJ5dGVzLW9yLW1vcmUtMDEyMzQ=")

func TestWebhooks(t *testing.T) {
	lanetest.Each(t, func(t *testing.T, engine lanetest.Option) {
		r := &receiver{status: 500, ids: map[string]int{}}
		h := start(t, nil, engine, lanetest.Third(r))
		h.patch(`{"webhook":{"url":"https://hooks.example.com/x","secret":"` + hookSecret.Reveal() + `"}}`)
		h.on("a@example.com", `"name":"Ada"`)
		h.Work(t)
		r.status = 200
		h.Clock.Advance(time.Minute)
		h.invite("one", 1)
		h.Run(t, lanetest.Scenario{Name: "leave", Method: "POST", Path: "/v1/waitlist/me/unsubscribe/" + h.link("a@example.com", "unsubscribe"), Status: 204})
		h.Work(t)
		h.Run(t, lanetest.Scenario{Name: "erase", Method: "DELETE", Path: "/v1/waitlist/spring/signups/" + h.id("a@example.com"), As: identity.Admin, Status: 204})
		h.Work(t)
		var got []string
		for _, e := range r.events {
			data := e["data"].(map[string]any)
			got = append(got, fmt.Sprintf("%v %v", e["type"], data["address"]))
		}
		slices.Sort(got) // which of two that are due comes first is not promised
		want := "[signup.confirmed a@example.com signup.erased <nil> signup.invited a@example.com signup.unsubscribed a@example.com]"
		if fmt.Sprint(got) != want || r.bad != nil {
			t.Errorf("%v, %v", got, r.bad)
		}
		if len(r.ids) != 4 {
			t.Errorf("an event has the same id whenever it is sent, and no other: %v", r.ids)
		}
		h.Run(t, lanetest.Scenario{Name: "the secret is not shown", Path: "/v1/waitlist/spring", As: identity.Admin, Status: 200, Absent: []string{"whsec"}})
	})
}

func TestPhones(t *testing.T) {
	r := &receiver{status: 200, ids: map[string]int{}}
	h := start(t, nil, lanetest.Third(r))
	h.Run(t, lanetest.Scenario{Name: "needs a webhook", Method: "PATCH", Path: "/v1/waitlist/spring", As: identity.Admin, Body: `{"accepts":"phone"}`, Status: 422, Fields: []string{"/accepts"}})
	h.patch(`{"accepts":"both","webhook":{"url":"https://hooks.example.com/x","secret":"` + hookSecret.Reveal() + `"}}`)
	h.Run(t,
		lanetest.Scenario{Name: "sign up", Method: "POST", Path: "/v1/waitlist/spring/signups", Body: `{"phone":"010-1234-5678"}`, Status: 202},
		lanetest.Scenario{Name: "both", Method: "POST", Path: "/v1/waitlist/spring/signups", Body: `{"phone":"010-1234-5678","email":"a@example.com"}`, Status: 422, Fields: []string{"/phone"}},
	)
	h.Work(t)
	if len(r.events) != 1 || len(h.Mailbox.All()) != 0 {
		t.Fatalf("%v", r.events)
	}
	data := r.events[0]["data"].(map[string]any)
	if data["kind"] != "confirm" || data["phone"] != "+821012345678" {
		t.Errorf("%v", data)
	}
	link := data["url"].(string)
	h.Run(t, lanetest.Scenario{
		Name: "confirm", Method: "POST", Path: "/v1/waitlist/me/confirm/" + link[strings.LastIndexByte(link, '/')+1:], Status: 200, JSON: map[string]any{"/position": 1},
	})
}

// TestWhoIsToldOfWhom: a webhook hears that somebody went exactly where it had heard of them.
func TestWhoIsToldOfWhom(t *testing.T) {
	r := &receiver{status: 200, ids: map[string]int{}}
	h := start(t, nil, lanetest.Third(r))
	h.patch(`{"accepts":"both","webhook":{"url":"https://hooks.example.com/x","secret":"` + hookSecret.Reveal() + `"}}`)
	h.join("a@example.com")
	h.Work(t)
	h.Run(t, lanetest.Scenario{Name: "leave", Method: "POST", Path: "/v1/waitlist/me/unsubscribe/" + h.link("a@example.com", "unsubscribe"), Status: 204})
	h.Run(t, lanetest.Scenario{Name: "by phone", Method: "POST", Path: "/v1/waitlist/spring/signups", Body: `{"phone":"010-1234-5678"}`, Status: 202})
	h.Work(t)
	for _, address := range []string{"a@example.com", "+821012345678"} {
		h.Run(t, lanetest.Scenario{
			Name: "erase", Method: "POST", Path: "/v1/waitlist/erasures", As: identity.Service, Body: fmt.Sprintf(`{"address":%q}`, address), Status: 200,
			JSON: map[string]any{"/erased": 1},
		})
	}
	h.Work(t)
	var got []any
	for _, e := range r.events {
		got = append(got, e["type"])
	}
	if want := "[signup.message signup.erased]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// TestSomeServersAreDown: a few mails that are never taken do not keep the others of their job waiting.
func TestSomeServersAreDown(t *testing.T) {
	eachFussy(t, func(t *testing.T, h *testLane, server *fussy) {
		const people, down = 60, 30
		for i := range down {
			server.fails[fmt.Sprintf("p%d@example.com", i)] = notify.ErrMail
		}
		h.joinTogether(people)
		for range 100 {
			h.Work(t)
			h.Clock.Advance(10 * time.Minute)
		}
		if n := len(h.Mailbox.All()); n != people-down {
			t.Errorf("%d mails, want %d", n, people-down)
		}
	})
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1 hour 1시간", 36 * time.Hour: "36 hours 36시간", 24 * time.Hour: "1 day 1일", 168 * time.Hour: "7 days 7일",
	} {
		if got := lasting(d, "en") + " " + lasting(d, "ko"); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
