package waitlist

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hotlane/hotlane/lane/lanetest"
	"github.com/hotlane/hotlane/platform/identity"
	"github.com/hotlane/hotlane/platform/rate"
)

const richList = `{"fields":[{"name":"job","label":{"en":"Job"},"kind":"choice","choices":[{"value":"dev"},{"value":"design"}],"required":true},
	{"name":"team","label":{"ko":"팀"},"kind":"number"},{"name":"why","label":{"en":"Why"},"kind":"text","max":10},{"name":"beta","label":{"en":"Beta"},"kind":"boolean"}],
	"consents":[{"name":"privacy","version":2,"text":{"ko":"동의","en":"I agree"},"required":true},{"name":"news","version":1,"text":{"en":"News"}}]}`

func TestFromSignUpToPosition(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.join("A@Example.com", `"name":"Ada","lang":"en"`)
		h.Work(t)
		if diff := cmp.Diff([]string{"Confirm your place on the Spring waitlist"}, h.subjects("a@example.com")); diff != "" {
			t.Fatal(diff)
		}
		p := h.confirm("a@example.com")
		if p.Position != 1 || p.Ahead != 0 || p.Total != 1 || p.Stage != Waiting || p.Name != "Ada" || len(p.Code) != codeLength ||
			p.ShareURL != h.URL+"/waitlist/spring?ref="+p.Code {
			t.Errorf("%+v", p)
		}
		if second := h.on("b@example.com"); second.Position != 2 || second.Total != 2 {
			t.Errorf("second: %+v", second)
		}
		if again := h.confirm("a@example.com"); again.Position != 1 || again.Total != 2 || again.Code != p.Code {
			t.Errorf("confirmed again: %+v", again)
		}
		if diff := cmp.Diff([]string{"Confirm your place on the Spring waitlist", "You are on the Spring waitlist"}, h.subjects("a@example.com")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatIsKnownDoesNotShow(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.on("known@example.com", `"name":"First"`)
		h.join("pending@example.com")
		h.Work(t)
		for _, address := range []string{"known@example.com", "KNOWN@EXAMPLE.COM", "pending@example.com"} {
			h.join(address, `"name":"Second"`) // within the pause: no mail
		}
		h.Clock.Advance(time.Hour)
		for _, address := range []string{"Known@Example.com", "pending@example.com", "new@example.com"} {
			h.join(address, `"name":"Second"`)
		}
		h.Work(t)
		confirm, already := "Confirm your place on the Spring waitlist", "You are already on the Spring waitlist"
		for address, want := range map[string][]string{
			"known@example.com":   {confirm, "You are on the Spring waitlist", already},
			"pending@example.com": {confirm, confirm}, "new@example.com": {confirm},
		} {
			if diff := cmp.Diff(want, h.subjects(address)); diff != "" {
				t.Errorf("%s: %s", address, diff)
			}
		}
		h.Run(t, lanetest.Scenario{
			Name: "nothing stored changed", Path: "/v1/waitlist/spring/signups/" + h.id("known@example.com"), As: identity.Admin, Status: 200,
			JSON: map[string]any{"/signup/name": "First", "/signup/stage": "waiting"},
		})
	})
}

func TestForms(t *testing.T) {
	h := start(t, nil)
	h.patch(richList)
	post := func(name, body string, status int, fields ...string) lanetest.Scenario {
		return lanetest.Scenario{Name: name, Method: "POST", Path: "/v1/waitlist/spring/signups", Body: body, Status: status, Fields: fields}
	}
	good := `{"email":"a@example.com","fields":{"job":"dev","team":4,"why":"열글자까지만","beta":true},"consents":{"privacy":2}}`
	h.Run(t,
		post("all that is wrong is named", `{"email":"a","name":"a\nb","fields":{"job":"cook","team":"4","why":"more than ten","beta":1,"x":1},"consents":{"privacy":1,"y":1}}`, 422,
			"/email", "/name", "/fields/job", "/fields/team", "/fields/why", "/fields/beta", "/fields/x", "/consents/privacy", "/consents/y"),
		post("what is required is asked for", `{"email":"a@example.com"}`, 422, "/fields/job", "/consents/privacy"),
		post("an address is required", `{"fields":{"job":"dev"},"consents":{"privacy":2}}`, 422, "/email"),
		post("a phone where mail is asked for", `{"phone":"010-1234-5678","fields":{"job":"dev"},"consents":{"privacy":2}}`, 422, "/phone"),
		post("deep JSON", `{"email":"a@example.com","fields":{"job":`+strings.Repeat(`[`, 500)+strings.Repeat(`]`, 500)+`},"consents":{"privacy":2}}`, 422, "/fields/job"),
		post("a field twice", `{"email":"a@example.com","email":"b@example.com"}`, 400),
		post("an unknown member", `{"mail":"a@example.com"}`, 422, "/mail"),
		post("a name of 10 KB", `{"email":"a@example.com","name":"`+strings.Repeat("a", 10_000)+`"}`, 422, "/name"),
		post("a body past the limit", `{"email":"a@example.com","name":"`+strings.Repeat("a", 20_000)+`"}`, 413),
		post("a name that turns the writing round", `{"email":"a@example.com","name":"a\u202eb","fields":{"job":"dev"},"consents":{"privacy":2}}`, 422, "/name"),
		lanetest.Scenario{Name: "an unknown list", Method: "POST", Path: "/v1/waitlist/winter/signups", Body: good, Status: 404, Code: "waitlist.no_list"},
		lanetest.Scenario{Name: "nothing was stored yet", Path: "/v1/waitlist/spring/signups", As: identity.Admin, Status: 200, JSON: map[string]any{"/signups": []any{}}},
		post("a bot is thanked", strings.Replace(good, `{"email"`, `{"website":"http://x","email"`, 1), 202),
		lanetest.Scenario{Name: "and not stored", Path: "/v1/waitlist/spring/signups", As: identity.Admin, Status: 200, JSON: map[string]any{"/signups": []any{}}},
		post("all that is right", good, 202),
		lanetest.Scenario{
			Name: "is kept", Path: "/v1/waitlist/spring/signups", As: identity.Admin, Status: 200,
			JSON: map[string]any{"/signups/0/fields": map[string]any{"job": "dev", "team": 4, "why": "열글자까지만", "beta": true}},
		},
	)
	h.patch(`{"closed":true}`)
	h.Run(t, lanetest.Scenario{Name: "a closed list", Method: "POST", Path: "/v1/waitlist/spring/signups", Body: good, Status: 409, Code: "waitlist.closed"})
}

func TestPlainHTMLForm(t *testing.T) {
	h := start(t, nil)
	h.patch(richList)
	form := url.Values{
		"email": {"a@example.com"}, "field.job": {"design"}, "field.team": {"3"}, "field.beta": {"on"}, "consent.privacy": {"2"},
		"utm_source": {"blog"}, "lang": {"ko"},
	}
	as := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	h.Run(t,
		lanetest.Scenario{
			Name: "goes on to the page", Method: "POST", Path: "/v1/waitlist/spring/form", Header: as, Body: form.Encode(),
			Status: 303, Headers: map[string]string{"Location": "/waitlist/spring?received=1"},
		},
		lanetest.Scenario{
			Name: "is kept as JSON is", Path: "/v1/waitlist/spring/signups", As: identity.Admin, Status: 200,
			JSON: map[string]any{"/signups/0/fields": map[string]any{"job": "design", "team": 3, "beta": true}, "/signups/0/utm/source": "blog", "/signups/0/lang": "ko"},
		},
		lanetest.Scenario{
			Name: "a field twice", Method: "POST", Path: "/v1/waitlist/spring/form", Header: as, Body: form.Encode() + "&email=b@example.com",
			Status: 422, Fields: []string{"/email"},
		},
		lanetest.Scenario{Name: "no form", Method: "POST", Path: "/v1/waitlist/spring/form", Body: `{}`, Status: 415},
	)
}

func TestTokens(t *testing.T) {
	h := start(t, nil)
	p := h.on("a@example.com")
	confirm, leave := h.link("a@example.com", "confirm"), h.link("a@example.com", "unsubscribe")
	look := p.StatusURL[strings.LastIndexByte(p.StatusURL, '/')+1:]
	at := func(name, method, path, token string, status int, code string) lanetest.Scenario {
		return lanetest.Scenario{Name: name, Method: method, Path: "/v1/waitlist/me/" + path + "/" + token, Status: status, Code: code}
	}
	flipped := []byte(confirm)
	flipped[5] ^= 1
	h.Run(t,
		at("a scanner's GET confirms nothing", "GET", "confirm", confirm, 405, ""),
		at("one purpose each: status", "GET", "status", confirm, 404, "waitlist.token"),
		at("one purpose each: confirm", "POST", "confirm", look, 404, "waitlist.token"),
		at("one purpose each: leave", "POST", "unsubscribe", look, 404, "waitlist.token"),
		at("a changed one", "POST", "confirm", string(flipped), 404, "waitlist.token"),
		at("a cut one", "POST", "confirm", confirm[:20], 404, "waitlist.token"),
		at("nonsense", "POST", "confirm", "%00", 404, "waitlist.token"),
		lanetest.Scenario{Name: "the link in a mail client", Path: "/v1/waitlist/me/unsubscribe/" + leave, Status: 303, Headers: map[string]string{"Location": "/waitlist/me/unsubscribe/" + leave}},
	)
	h.Clock.Advance(8 * 24 * time.Hour)
	h.Run(t,
		at("an old confirmation", "POST", "confirm", confirm, 410, "waitlist.token_ended"),
		at("status does not end", "GET", "status", look, 200, ""),
	)
}

func TestRateLimits(t *testing.T) {
	h := start(t, func(c *Config) { c.PerClient = rate.Config{PerSecond: 0.1, Burst: 2} })
	h.join("a@example.com")
	h.join("b@example.com")
	h.Run(t, lanetest.Scenario{
		Name: "the third", Method: "POST", Path: "/v1/waitlist/spring/signups", Body: `{"email":"c@example.com"}`,
		Status: 429, Code: "waitlist.too_many", Headers: map[string]string{"Retry-After": "10"},
	})
	h.Clock.Advance(10 * time.Second)
	h.join("c@example.com")
	h.patch(`{"limits":{"per_second":1}}`)
	h.Clock.Advance(time.Hour)
	h.join("d@example.com")
}

// TestWhatIsKnownTakesAsLong: every sign-up that is answered waits for a commit that writes a job, whatever becomes of it. A commit
// that writes nothing would tell by its speed.
func TestWhatIsKnownTakesAsLong(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *testLane) {
		h.on("gone@example.com")
		h.on("known@example.com")
		h.Run(t, lanetest.Scenario{
			Name: "erase", Method: "POST", Path: "/v1/waitlist/erasures", As: identity.Service, Body: `{"address":"gone@example.com"}`, Status: 200,
		})
		h.Work(t)
		before := len(h.Mailbox.All())
		for _, who := range [][]string{{"known@example.com"}, {"gone@example.com"}, {"bot@example.com", `"website":"x"`}, {"known@example.com", `"website":"x"`}} {
			h.join(who[0], who[1:]...)
			if n := h.Work(t); n != 1 {
				t.Errorf("%q: %d jobs, want 1", who, n)
			}
		}
		if n := len(h.Mailbox.All()); n != before {
			t.Errorf("%d mails", n-before)
		}
		h.findNowhere("bot@example.com", "gone@example.com")
	})
}
